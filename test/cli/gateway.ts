/** `sallyport gateway` in a test: its configuration, a destination on the loopback, and tunnels to it. */
import { writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { service, type Service } from './command.ts'

/** Each is YAML. */
export type GatewayFile = {
  /** Probed, and allowed. */
  readonly target: string
  readonly egress?: string
  readonly allow?: string
  readonly clients?: string
  readonly more?: string
}

export const gatewayFile = ({
  target,
  egress = pair,
  allow = `["${target}"]`,
  clients = '[]',
  more = '',
}: GatewayFile): string =>
  [
    'gateway:',
    `  egress: ${egress}`,
    `  healthCheck: { target: "${target}" }`,
    `  allow: ${allow}`,
    `  clients: ${clients}`,
    ...(more === '' ? [] : [`  ${more}`]),
    '',
  ].join('\n')

const pair = '[{ name: a, address: 127.0.0.11 }, { name: b, address: 127.0.0.12 }]'

export type StartedGateway = {
  readonly gateway: Service
  readonly adminUrl: string
  /** Of the client that it made, where this start made it; else empty. */
  readonly connectionUrl: string
}

/** Ready when it resolves: the line on the admin token is the last that it prints. */
export async function startGateway(t: TestContext, cwd: string, file: GatewayFile): Promise<StartedGateway> {
  await writeFile(join(cwd, 'sallyport.yaml'), gatewayFile(file))
  const gateway = await service(t, ['gateway', '--listen', '127.0.0.1:0'], { cwd })
  await gateway.prints(/^Admin token of the gateway: .*\n/m)
  const { adminUrl } = JSON.parse(gateway.stdout().split('\n')[0] ?? '') as { adminUrl: string }
  const [, connectionUrl = ''] = /^Connection URL: (\S+)$/m.exec(gateway.stderr()) ?? []
  return { gateway, adminUrl, connectionUrl }
}

/** HOST:PORT of a server that answers with what it is sent. */
export async function destination(t: TestContext): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

export type OpenTunnel = {
  /** What comes back for a text, which is as long as it. */
  readonly echoes: (text: string) => Promise<string>
  readonly end: () => void
  /** In whatever way. */
  readonly closed: Promise<unknown>
}

/** Rejects with the head of the reply where that is no 200. */
export async function openTunnel(t: TestContext, connectionUrl: string, target: string): Promise<OpenTunnel> {
  const { hostname, port, username, password } = new URL(connectionUrl)
  const socket = connect(Number(port), hostname)
  t.after(() => socket.destroy())
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`)
  const head = await read(socket, (text) => text.includes('\r\n\r\n'))
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(head)
  return {
    async echoes(text) {
      socket.write(text)
      return await read(socket, (seen) => seen.length >= text.length)
    },
    end: () => void socket.end(),
    closed,
  }
}

/** What arrives until it is enough, or until the far side ends. */
async function read(socket: NodeJS.ReadableStream, isEnough: (text: string) => boolean): Promise<string> {
  let text = ''
  const { promise, resolve } = Promise.withResolvers<string>()
  const take = (chunk: Buffer): void => {
    text += chunk.toString()
    if (isEnough(text)) resolve(text)
  }
  const end = (): void => resolve(text)
  socket.on('data', take).once('close', end)
  try {
    return await promise
  } finally {
    socket.off('data', take).off('close', end)
  }
}
