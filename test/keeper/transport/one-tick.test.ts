/** What happens in one tick, seen by a server that runs in another thread while this one stands still. */
import { equal } from 'node:assert/strict'
import { Socket, type AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import { mostRequestBytes } from '../../../src/keeper/rules/http-request.ts'
import type { Scope } from '../../gateway/kit.ts'
import type { Far } from './child-origin.ts'
import { direct, opened, pair, rawOf, refresh, through, transportBy, wish, yes } from './kit.ts'
import { tokens } from './said.ts'

type Elsewhere = { readonly counts: Int32Array; readonly origin: number; readonly proxy: number }

async function elsewhere(t: Scope, far: Pick<Far, 'answers' | 'secure'>): Promise<Elsewhere> {
  const counts = new Int32Array(new SharedArrayBuffer(8))
  const workerData: Far = { ...far, ...pair, counts }
  const worker = new Worker(new URL('child-origin.ts', import.meta.url), { workerData })
  t.after(async () => void (await worker.terminate()))
  const ports = await new Promise<readonly AddressInfo[]>((resolve) => worker.once('message', resolve))
  return { counts, origin: ports[0]?.port ?? 0, proxy: ports[1]?.port ?? 0 }
}

const heard = 0
const replied = 1

/** Stops this thread until a count has reached a number. */
function standStill(counts: Int32Array, at: number, until: number): void {
  for (let now = Atomics.load(counts, at); now < until; now = Atomics.load(counts, at))
    equal(Atomics.wait(counts, at, now, 5000) === 'timed-out', false, `${now} of ${until}`)
}

/** As if the process were stopped for so long. */
const pause = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** What the other side answers is there before this loop has turned: whatever a layer puts off until its next turn is still put off then. */
function pauseAfterWrites(t: TestContext): void {
  const write = Socket.prototype.write // oxlint-disable-line typescript/unbound-method -- it is called with its own socket
  t.mock.method(Socket.prototype, 'write', function paused(this: Socket, ...args: Parameters<Socket['write']>) {
    const took = Reflect.apply(write, this, args)
    pause(20)
    return took
  })
}

describe('P-21: the permission and the write of the whole request are one tick', () => {
  for (const secure of [false, true])
    for (const proxied of [false, true])
      for (const slow of [false, true])
        test(`over ${secure ? 'https' : 'http'}${proxied ? ' through an https proxy' : ''}${slow ? ', in a process that is paused after each write' : ''}`, async (t) => {
          const { counts, origin, proxy } = await elsewhere(t, { answers: false, secure })
          const transport = transportBy(proxied ? through(`https://127.0.0.1:${proxy}`) : direct)
          if (slow) pauseAfterWrites(t)
          const connection = await opened(transport, wish(origin, { secure }))
          const head = 250 // about; the rest is body, up to the most that goes out in one piece
          const body = new Uint8Array(mostRequestBytes - head).fill(97)
          const order: string[] = []
          queueMicrotask(() => order.push('a microtask'))
          const mayWrite = (): boolean => order.push('asked') > 0
          const posted = connection.post({ ...refresh(), body }, { ...yes, mayWrite })
          standStill(counts, heard, body.length + 1)
          equal(order.join(), 'asked')
          connection.close()
          equal((await posted).kind, 'cut')
        })
})

describe('P-20: a reply that has arrived is never thrown away', () => {
  for (const secure of [false, true])
    for (const ends of ['the deadline of the reply', 'the end of the connection'] as const)
      test(`by a process that is stopped until after ${ends}, over ${secure ? 'https' : 'http'}`, async (t) => {
        const { counts, origin } = await elsewhere(t, { answers: true, secure })
        const soon = 150
        const atEnd =
          ends === 'the end of the connection' ? { endsAt: Date.now() + 2000, deadline: Date.now() + 1900 } : {}
        const connection = await opened(transportBy(direct), wish(origin, { secure, ...atEnd }))
        const deadlineMs = ends === 'the end of the connection' ? 10_000 : soon
        const posted = connection.post(refresh(), { ...yes, deadlineMs })
        standStill(counts, replied, 1)
        pause('endsAt' in atEnd ? atEnd.endsAt - Date.now() + 50 : soon + 50)
        const end = await posted
        equal(end.kind, 'replied')
        equal(rawOf(end), tokens)
      })
})
