/** The end of a port: what was written to a client that is slow to take it arrives, and who takes nothing holds nobody up. */
import { equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, test, type TestContext } from 'node:test'
import type { Connection } from '../../src/gateway/listeners/connection.ts'
import { openPort, type Port } from '../../src/gateway/listeners/port.ts'
import { openDeadlineWheel } from '../../src/gateway/relay/deadline-wheel.ts'
import type { Deadlines } from '../../src/gateway/rules/deadlines.ts'
import { compileRanges } from '../../src/ip/matcher.ts'
import { seconds } from '../../src/values/time.ts'
import { makeCertificate } from './certificate.ts'

const certificate = makeCertificate()
/** More than the kernel takes. */
const size = 60_000_000

type Bent = { readonly port: Port; readonly answered: Promise<unknown>; readonly client: Socket }

/** A port that answers whatever comes with all of `size` at once, and a client that has asked and takes nothing yet. */
async function open(t: TestContext, { tls }: { readonly tls: boolean }): Promise<Bent> {
  const { promise: answered, resolve } = Promise.withResolvers<unknown>()
  const monotonic = (): number => performance.now()
  const wheel = openDeadlineWheel({ monotonic })
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const answer = ({ socket }: Connection): void => {
    socket.write(Buffer.alloc(size, 'x'))
    setImmediate(resolve)
  }
  const port = await openPort(
    {
      ...{ wheel, monotonic, log: quiet, proxyProtocolPeers: () => compileRanges([]) },
      deadlines: () => deadlines,
    },
    {
      listen: { host: '127.0.0.1', port: 0 },
      protocols: { http1: answer, http2: answer, socks5: answer },
      ...(tls ? { tls: certificate.material } : {}),
    },
  )
  const at = { host: '127.0.0.1', port: port.address.port }
  const client = tls ? connectTls({ ...at, ca: certificate.pem, checkServerIdentity: () => undefined }) : connect(at)
  client.on('error', () => undefined)
  t.after(async () => {
    client.destroy()
    await port.destroy()
    wheel.close()
  })
  await once(client, tls ? 'secureConnect' : 'connect')
  client.write('GET')
  return { port, answered, client }
}

const long = seconds(30)
const deadlines: Deadlines = {
  ...{ header: long, dial: long, attempt: long, idle: long, halfClose: long, response: long, drain: long },
  total: undefined,
}

for (const tls of [false, true])
  describe(`a port that is closed for good${tls ? ', with TLS' : ''}`, () => {
    test('hands over what it has written, before it lets its client go', async (t) => {
      const { port, answered, client } = await open(t, { tls })
      await answered
      const closing = port.destroy()
      let taken = 0
      client.on('data', (chunk: Buffer) => void (taken += chunk.length))
      await once(client, 'close')
      equal(taken, size)
      await closing
    })

    test('does not wait for long for a client that takes nothing', async (t) => {
      const { port, answered } = await open(t, { tls })
      await answered
      const began = performance.now()
      await port.destroy()
      const took = performance.now() - began
      ok(took > 1000 && took < 4000, `it took ${took} ms`)
    })
  })

test('a port whose clients have everything is closed at once', async (t) => {
  const { port, answered, client } = await open(t, { tls: false })
  await answered
  let taken = 0
  await new Promise<void>((resolve) => {
    client.on('data', (chunk: Buffer) => {
      taken += chunk.length
      if (taken === size) resolve()
    })
  })
  const began = performance.now()
  await port.destroy()
  ok(performance.now() - began < 1500) // less than the grace
})
