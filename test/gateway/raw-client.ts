/** A client of the gateway that writes what it wants and reads what comes: CONNECT, SOCKS5 and absolute-form over bare sockets. */
import { connect, type Socket } from 'node:net'
import { basic, plainCredentials, type Credentials } from './kit.ts'

export type Proxy = { readonly host: string; readonly port: number }

export type Raw = {
  readonly socket: Socket
  readonly write: (bytes: string | Uint8Array) => void
  /** The next `count` bytes; rejects where the other side ends before. */
  readonly read: (count: number) => Promise<Buffer>
  /** Up to and with `mark`. */
  readonly readUntil: (mark: string) => Promise<Buffer>
  /** All that comes until the other side ends or breaks. */
  readonly rest: () => Promise<Buffer>
  readonly closed: Promise<void>
}

export async function openRaw(proxy: Proxy, from?: string): Promise<Raw> {
  const socket = connect({ ...proxy, noDelay: true, allowHalfOpen: true, ...(from ? { localAddress: from } : {}) })
  const raw = rawOf(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return raw
}

export function rawOf(socket: Socket): Raw {
  const state: { held: Buffer; over: boolean } = { held: Buffer.alloc(0), over: false }
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const each of waiting) each()
  }
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()))
  const over = (): void => {
    state.over = true
    look()
  }
  socket.on('data', (chunk: Buffer) => {
    state.held = Buffer.concat([state.held, chunk])
    look()
  })
  socket.on('end', over).on('close', over)
  socket.on('error', () => undefined)
  const take = (find: () => number | undefined): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const attempt = (): void => {
        const count = find()
        if (count === undefined && !state.over) return
        waiting.delete(attempt)
        if (count === undefined)
          return reject(new Error(`the other side ended after ${JSON.stringify(state.held.toString('latin1'))}`))
        resolve(state.held.subarray(0, count))
        state.held = state.held.subarray(count)
      }
      waiting.add(attempt)
      attempt()
    })
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    read: (count) => take(() => (state.held.length >= count ? count : undefined)),
    readUntil: (mark) =>
      take(() => {
        const at = state.held.indexOf(mark)
        return at < 0 ? undefined : at + mark.length
      }),
    rest: () => take(() => (state.over ? state.held.length : undefined)),
    closed,
  }
}

export type Head = { readonly status: number; readonly fields: ReadonlyMap<string, string> }

export async function readHead(raw: Raw): Promise<Head> {
  const [first = '', ...lines] = (await raw.readUntil('\r\n\r\n')).toString('latin1').trimEnd().split('\r\n')
  const fields = lines.map(
    (line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
  )
  return { status: Number(first.split(' ')[1]), fields: new Map(fields) }
}

export type Reply = Head & { readonly body: string }

export type Connected = { readonly raw: Raw; readonly reply: Head }

export type ConnectOptions = {
  readonly credentials?: Credentials
  readonly fields?: readonly string[]
  /** Sent in one piece with the request. */
  readonly early?: string
}

export async function connectThrough(proxy: Proxy, target: string, options: ConnectOptions = {}): Promise<Connected> {
  const raw = await openRaw(proxy)
  const { credentials = plainCredentials, fields = [], early = '' } = options
  const lines = [
    `CONNECT ${target} HTTP/1.1`,
    `Host: ${target}`,
    `Proxy-Authorization: ${basic(credentials)}`,
    ...fields,
  ]
  raw.write(`${lines.join('\r\n')}\r\n\r\n${early}`)
  return { raw, reply: await readHead(raw) }
}

/** A refusal with its body; the connection is closed after it. */
export async function connectRefused(proxy: Proxy, target: string, options?: ConnectOptions): Promise<Reply> {
  const { raw, reply } = await connectThrough(proxy, target, options)
  const body = reply.status === 200 ? '' : (await raw.rest()).toString()
  raw.socket.destroy()
  return { ...reply, body }
}

/** Absolute-form; the connection is closed after the reply. */
export async function forwardThrough(
  proxy: Proxy,
  url: string,
  options: ConnectOptions & { readonly method?: string; readonly body?: string } = {},
): Promise<Reply> {
  const raw = await openRaw(proxy)
  const { credentials = plainCredentials, fields = [], method = 'GET', body } = options
  const lines = [
    `${method} ${url} HTTP/1.1`,
    `Host: ${/^http:\/\/([^/]*)/.exec(url)?.[1] ?? ''}`,
    `Proxy-Authorization: ${basic(credentials)}`,
    'Connection: close',
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...fields,
  ]
  raw.write(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
  const head = await readHead(raw)
  const text = (await raw.rest()).toString()
  raw.socket.destroy()
  return { ...head, body: text }
}

export type SocksAddress =
  | { readonly kind: 'ipv4'; readonly bytes: Uint8Array }
  | { readonly kind: 'ipv6'; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly name: string }

/** The reply's code: 0 is yes (RFC 1928 section 6). */
export async function socksThrough(
  proxy: Proxy,
  {
    address,
    port,
    credentials = plainCredentials,
  }: { readonly address: SocksAddress; readonly port: number; readonly credentials?: Credentials },
): Promise<{ readonly raw: Raw; readonly code: number }> {
  const raw = await openRaw(proxy)
  const user = Buffer.from(credentials.username)
  const password = Buffer.from(credentials.password)
  raw.write(Buffer.from([5, 1, 2]))
  await raw.read(2)
  raw.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]))
  const [, verdict] = await raw.read(2)
  if (verdict !== 0) throw new Error('the credentials were refused')
  raw.write(Buffer.concat([Buffer.from([5, 1, 0]), socksBytes(address), Buffer.from([port >> 8, port & 255])]))
  const [, code = -1, , type] = await raw.read(4)
  await raw.read((type === 4 ? 16 : 4) + 2)
  return { raw, code }
}

function socksBytes(address: SocksAddress): Buffer {
  switch (address.kind) {
    case 'ipv4':
      return Buffer.concat([Buffer.from([1]), address.bytes])
    case 'ipv6':
      return Buffer.concat([Buffer.from([4]), address.bytes])
    case 'name':
      return Buffer.concat([Buffer.from([3, Buffer.byteLength(address.name)]), Buffer.from(address.name)])
  }
}

/** What an echoing origin sends back for it. */
export async function echoed(raw: Raw, text: string): Promise<string> {
  raw.write(text)
  return (await raw.read(Buffer.byteLength(text))).toString()
}
