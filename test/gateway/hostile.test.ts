/** Clients that are slow, huge, half gone or gone: each is ended at its deadline, and the process holds afterwards what it held before. */
import { equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './child.ts'
import { assertCalm, besiege, closeAll, idleTunnels, openMany, untilQuiet } from './hostile.ts'
import { basic, plainCredentials } from './kit.ts'
import { startOrigin } from './origin.ts'
import { connectThrough, openRaw, readHead, type Raw } from './raw-client.ts'

const many = <T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)))

/** Whatever becomes of it. */
const seen = async (raw: Raw): Promise<string> => {
  const text = (await raw.rest()).toString('latin1')
  raw.socket.destroy()
  return text
}

describe('hostile clients', () => {
  test('G-19, L-73: 200 that drip their header are told 408 and closed at the deadline', async (t) => {
    const siege = await besiege(t, { header: '1s' })
    const began = performance.now()
    const raws = await many(200, () => openRaw(siege.gateway))
    const dripping = setInterval(() => {
      for (const { socket } of raws) if (socket.writable) socket.write('X')
    }, 100)
    t.after(() => clearInterval(dripping))
    for (const raw of raws) raw.write('CONNECT ')
    const answers = await Promise.all(raws.map(seen))
    clearInterval(dripping)
    const took = performance.now() - began
    t.diagnostic(`with a deadline of 1 s the last of 200 was answered and closed after ${took.toFixed(0)} ms`)
    ok(took < 10_000, `it took ${took} ms`)
    for (const answer of answers) match(answer, /^HTTP\/1\.1 408 /)
    await assertCalm(t, siege, 200)
  })

  test('L-73: 300 that connect and say nothing are closed at the deadline', async (t) => {
    const siege = await besiege(t, { header: '1s' })
    const raws = await many(300, () => openRaw(siege.gateway))
    await Promise.all(raws.map(seen))
    await assertCalm(t, siege, 300)
  })

  test('G-13: 100 with a header of 1 MB are told 431 and closed, and it is not kept', async (t) => {
    const siege = await besiege(t)
    const huge = `CONNECT ${siege.origin.at} HTTP/1.1\r\nX-Huge: ${'x'.repeat(1_000_000)}\r\n\r\n`
    const answers = await many(100, async () => {
      const raw = await openRaw(siege.gateway)
      raw.write(huge)
      return await seen(raw)
    })
    // who is still writing when the connection is closed may lose the answer to a reset
    ok(answers.filter((answer) => answer.startsWith('HTTP/1.1 431 ')).length > 50)
    for (const answer of answers) match(answer, /^(?:HTTP\/1\.1 431 |$)/)
    await assertCalm(t, siege, 100)
  })

  test('L-75: 300 tunnels whose clients end their half, and whose destinations never do, are ended at the half-close deadline', async (t) => {
    const siege = await besiege(t, { halfClose: '1s' })
    const deaf = await startOrigin(t, (socket) => void socket.resume())
    const raws = await openMany({ ...siege, origin: deaf }, 300)
    for (const { socket } of raws) socket.end()
    await Promise.all(raws.map((raw) => raw.closed))
    const { ends } = await siege.gateway.held()
    equal(ends['half-close-deadline'], 300)
    await assertCalm(t, siege, 300)
    for (const { socket } of raws) socket.destroy()
  })

  test('L-75: a destination that ends its half, and a client that never ends its own, are parted at the deadline', async (t) => {
    const siege = await besiege(t, { halfClose: '1s' })
    const raws = await openMany(siege, 200)
    // the kernel accepts, and the gateway answers, before the origin has been told of the last of them
    await eventually(
      () => siege.origin.sockets.size,
      (count) => count === raws.length,
    )
    for (const socket of siege.origin.sockets) socket.end()
    await Promise.all(raws.map((raw) => raw.rest()))
    await assertCalm(t, siege, 200)
    for (const { socket } of raws) socket.destroy()
  })

  test('300 clients vanish by a reset, in the middle of a tunnel and of a CONNECT', async (t) => {
    const siege = await besiege(t)
    const raws = await openMany(siege, 300)
    for (const { socket } of raws) {
      socket.write('x'.repeat(10_000))
      socket.resetAndDestroy()
    }
    await many(300, async () => {
      const raw = await openRaw(siege.gateway)
      raw.write(
        `CONNECT ${siege.origin.at} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(plainCredentials)}\r\n\r\n`,
      )
      raw.socket.resetAndDestroy()
    })
    await assertCalm(t, siege, 600)
  })

  test('a tunnel whose client reads nothing holds a bounded amount, and no other tunnel waits for it', async (t) => {
    const siege = await besiege(t)
    const stuck = await openMany(siege, 20)
    for (const { socket } of stuck) {
      socket.pause()
      // the echo sends all of it back to somebody who does not read
      socket.write(Buffer.alloc(20_000_000))
    }
    const held = await untilQuiet(siege)
    const { raw } = await connectThrough(siege.gateway, siege.origin.at)
    raw.write('quick')
    equal((await raw.read(5)).toString(), 'quick')
    const buffered = held.arrayBuffers - siege.calm.held.arrayBuffers
    t.diagnostic(`20 tunnels of 20 MB that nobody reads hold ${(buffered / 1e6).toFixed(1)} MB in the gateway`)
    ok(buffered < 20 * 1_000_000, `${buffered} bytes`)
    equal(held.live, 20)
    await closeAll([raw])
    for (const { socket } of stuck) socket.destroy()
    await assertCalm(t, siege, 20)
  })

  test('500 wrong passwords cost their sender, and nobody else: 407 or 429, each with its words', async (t) => {
    const siege = await besiege(t)
    const statuses = await many(500, async () => {
      const raw = await openRaw(siege.gateway)
      raw.write(
        `CONNECT ${siege.origin.at} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic ${btoa('app:guess')}\r\n\r\n`,
      )
      const { status } = await readHead(raw)
      await seen(raw)
      return status
    })
    ok(statuses.every((status) => status === 407 || status === 429))
    ok(statuses.includes(429))
    await assertCalm(t, siege, 500)
  })

  test('2,000 idle tunnels: under 30 kB each, and nothing is left of them', (t) => idleTunnels(t, 2000))
})
