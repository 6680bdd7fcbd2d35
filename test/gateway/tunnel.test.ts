/** Tunnels over raw sockets: order, ends, breaks, deadlines and limits of memory. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { milliseconds } from '../../src/values/time.ts'
import { bareCredentials, openBare, type Bare } from './bare-parts.ts'
import { openOrigin, type Origin } from './probe/origin.ts'
import { connectTo, type Subject } from './probe/rows.ts'
import { hasHead, open, replyIn, type Line } from './probe/wire.ts'

const subjectOf = ({ host, port }: Bare): Subject => ({ host, port, credentials: bareCredentials })

/** A tunnel that is up. */
async function tunnelTo(bare: Bare, origin: Origin): Promise<Line> {
  const line = await open(subjectOf(bare))
  line.send(connectTo(subjectOf(bare), `${origin.host}:${origin.port}`))
  await line.listen({ until: hasHead })
  equal(replyIn(line.text()).status, 200)
  return line
}

/** Its length; to be taken before anything is behind it. */
const headOf = (line: Line): number => line.text().indexOf('\r\n\r\n') + 4
const carried = (line: Line): string => replyIn(line.text()).rest
const firstOf = ({ sockets: [socket] }: Origin) => {
  if (socket === undefined) throw new Error('nobody came')
  return socket
}

/** Resolves once the figure has been the same for some turns. */
async function quiet(figure: () => number): Promise<number> {
  let last = -1
  for (let same = 0; same < 20; same += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (figure() !== last) same = 0
    last = figure()
  }
  return last
}

describe('tunnel', () => {
  test('P-44: early bytes come after the yes, before what follows, and once', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin((socket, text) => {
      if (text.endsWith('!')) socket.end('done')
    })
    const line = await open(subjectOf(bare))
    line.send(`${connectTo(subjectOf(bare), `${origin.host}:${origin.port}`)}early, `)
    await line.listen({ until: hasHead })
    line.send('late!')
    equal(await line.listen(), 'end')
    equal(origin.received(), 'early, late!')
    equal(carried(line), 'done')
    line.socket.destroy()
  })

  test('P-44: early bytes are bounded while there is no yes', async () => {
    let dial: () => void = () => undefined
    const held = new Promise<void>((resolve) => (dial = resolve))
    await using bare = await openBare({
      open: async (ask, direct) => {
        await held
        return await direct(ask)
      },
    })
    await using origin = await openOrigin(() => undefined)
    const size = 20_000_000
    const line = await open(subjectOf(bare))
    line.send(connectTo(subjectOf(bare), `${origin.host}:${origin.port}`))
    line.socket.write(Buffer.alloc(size, 'x'))
    const taken = await quiet(() => line.socket.bytesWritten - line.socket.writableLength)
    ok(taken < size, `${taken} bytes were taken`)
    dial()
    await origin.hears((text) => text.length === size)
    line.socket.destroy()
  })

  test('what a destination says first arrives, and in its order', async () => {
    await using bare = await openBare()
    const banner = Array.from({ length: 300_000 }, (_, n) => `${n} `).join('')
    await using origin = await openOrigin(
      () => undefined,
      undefined,
      (socket) => {
        socket.write(banner)
        setImmediate(() => socket.end('end'))
      },
    )
    const line = await open(subjectOf(bare))
    line.send(connectTo(subjectOf(bare), `${origin.host}:${origin.port}`))
    equal(await line.listen(), 'end')
    equal(carried(line) === `${banner}end`, true)
    line.socket.destroy()
  })

  test('ten megabytes go each way at once, and both counts are right to the byte', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin(() => undefined)
    const line = await tunnelTo(bare, origin)
    const up = Buffer.from(
      Array.from({ length: 2_000_000 }, (_, n) => `${n % 10_000} `)
        .join('')
        .slice(0, 8_000_000),
    )
    const down = Buffer.from(up.toString().replaceAll('1', 'i'))
    line.socket.write(up)
    await origin.hears((text) => text.length > 0)
    firstOf(origin).write(down)
    const head = headOf(line)
    await line.listen({ until: (text) => text.length === head + down.length })
    await origin.hears((text) => text.length === up.length)
    equal(origin.received() === up.toString('latin1'), true)
    equal(carried(line) === down.toString('latin1'), true)
    line.socket.end()
    await bare.haveEnded(1)
    const [last] = bare.ended
    deepEqual([last?.tunnel.up, last?.tunnel.down, last?.end], [up.length, down.length, { kind: 'closed' }])
  })

  test('L-75: each side may end its half first, and the other goes on', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin((socket, text) => {
      if (text === 'first') socket.end('I have ended')
    })
    const line = await tunnelTo(bare, origin)
    line.send('first')
    equal(await line.listen(), 'end')
    equal(carried(line), 'I have ended')
    line.send(', and I go on')
    await origin.hears((text) => text === 'first, and I go on')
    line.socket.end()
    await bare.haveEnded(1)
    deepEqual(bare.ended[0]?.end, { kind: 'closed' })
  })

  test('a reset of the destination is one for the client, and the record says so', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin(() => undefined)
    const line = await tunnelTo(bare, origin)
    line.send('x')
    await origin.hears((text) => text === 'x')
    firstOf(origin).resetAndDestroy()
    equal(await line.listen(), 'reset')
    await bare.haveEnded(1)
    deepEqual(bare.ended[0]?.end, { kind: 'broken', side: 'destination', code: 'ECONNRESET' })
  })

  test('a reset of the client is one for the destination', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin(() => undefined)
    const line = await tunnelTo(bare, origin)
    line.send('x')
    await origin.hears((text) => text === 'x')
    const ended = new Promise<string>((resolve) => {
      firstOf(origin).once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      firstOf(origin).once('end', () => resolve('end'))
    })
    line.socket.resetAndDestroy()
    equal(await ended, 'ECONNRESET')
    await bare.haveEnded(1)
    deepEqual(bare.ended[0]?.end, { kind: 'broken', side: 'client', code: 'ECONNRESET' })
  })

  test('L-82: a tunnel that is cut from outside is broken for both, once, and says why', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin(() => undefined)
    const line = await tunnelTo(bare, origin)
    const [tunnel] = bare.tunnels
    tunnel?.cut?.('plan-exhausted')
    tunnel?.cut?.('drain-deadline')
    equal(await line.listen(), 'reset')
    await bare.haveEnded(1)
    deepEqual(
      bare.ended.map(({ end }) => end),
      [{ kind: 'cut', why: 'plan-exhausted' }],
    )
    equal(tunnel?.cut, undefined)
  })

  test('a client that goes away while it is dialled for aborts the dial', async () => {
    let asked: () => void = () => undefined
    const asks = new Promise<void>((resolve) => (asked = resolve))
    const gone = Promise.withResolvers<void>()
    await using bare = await openBare({
      open: async (ask, direct) => {
        ask.gone.addEventListener('abort', () => gone.resolve())
        asked()
        await gone.promise
        return await direct(ask) // as a dial that has just been made: its connection has to be closed
      },
    })
    await using origin = await openOrigin()
    const line = await open(subjectOf(bare))
    line.send(connectTo(subjectOf(bare), `${origin.host}:${origin.port}`))
    await asks
    line.socket.resetAndDestroy()
    await gone.promise
    await bare.haveEnded(1)
    equal(bare.ended[0]?.end.kind, 'broken')
  })

  test('a reader that stops stops its sender, both ways, and everything comes through when it goes on', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin(() => undefined)
    const line = await tunnelTo(bare, origin)
    const far = await new Promise<ReturnType<typeof firstOf>>((resolve) => {
      const look = (): void => (origin.sockets.length > 0 ? resolve(firstOf(origin)) : void setImmediate(look))
      look()
    })
    const size = 20_000_000
    const head = headOf(line)
    line.socket.pause()
    far.pause()
    far.write(Buffer.alloc(size, 'd'))
    line.socket.write(Buffer.alloc(size, 'u'))
    const [tunnel] = bare.tunnels
    await quiet(() => (tunnel?.up ?? 0) + (tunnel?.down ?? 0))
    ok((tunnel?.up ?? size) < size && (tunnel?.down ?? size) < size, `${tunnel?.up} up, ${tunnel?.down} down`)
    line.socket.resume()
    far.resume()
    await line.listen({ until: (text) => text.length === head + size })
    await origin.hears((text) => text.length === size)
    equal(/[^d]/.test(carried(line)), false)
    line.socket.destroy()
  })
})

describe('deadlines of a tunnel', () => {
  const cases = {
    'idle': [{ idle: milliseconds(300) }, 'idle'],
    'total': [{ total: milliseconds(300) }, 'total-deadline'],
    'half-close': [{ halfClose: milliseconds(300) }, 'half-close-deadline'],
  } as const
  for (const [sentence, [deadlines, why]] of Object.entries(cases)) {
    test(`L-73: ${sentence} ends it`, async () => {
      await using bare = await openBare({ deadlines })
      await using origin = await openOrigin(
        () => undefined,
        () => undefined,
      )
      const line = await tunnelTo(bare, origin)
      const from = performance.now()
      if (sentence === 'half-close') line.socket.end()
      await bare.haveEnded(1)
      const ms = performance.now() - from
      deepEqual(bare.ended[0]?.end, { kind: 'cut', why })
      ok(ms >= 250 && ms < 2000, `${ms} ms`)
      line.socket.destroy()
    })
  }

  test('P-21: a tunnel is over by the end that was agreed on, and the reply to its CONNECT grants it', async () => {
    await using bare = await openBare()
    await using origin = await openOrigin((socket) => socket.write('.'))
    const line = await open(subjectOf(bare))
    const from = performance.now()
    line.send(connectTo(subjectOf(bare), `${origin.host}:${origin.port}`, 'Sallyport-Tunnel-Ends: 800\r\n'))
    await line.listen({ until: (text) => text.includes('\r\n\r\n') })
    match(line.text(), /\r\nSallyport-Tunnel-Ends: 800\r\n/)
    const busy = setInterval(() => line.send('.'), 20)
    await bare.haveEnded(1)
    clearInterval(busy)
    const ms = performance.now() - from
    deepEqual(bare.ended[0]?.end, { kind: 'cut', why: 'agreed-end' })
    ok(ms >= 400 && ms <= 800, `${ms} ms`)
    line.socket.destroy()
  })

  test('L-74: a tunnel that moves a byte now and then outlives its idle deadline', async () => {
    await using bare = await openBare({ deadlines: { idle: milliseconds(400) } })
    await using origin = await openOrigin((socket) => socket.write('.'))
    const line = await tunnelTo(bare, origin)
    for (let n = 1; n <= 10; n += 1) {
      line.send('.')
      await line.listen({ until: () => carried(line).length === n })
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    equal(bare.ended.length, 0)
    line.socket.destroy()
  })
})
