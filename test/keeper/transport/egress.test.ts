/** By which egress a tunnel leaves, and when the gateway ends it. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { plainCredentials, proxyUrl, startTestGateway, type Scope } from '../../gateway/kit.ts'
import { answering, direct, listening, opened, proxying, refresh, through, transportBy, wish, yes } from './kit.ts'
import { tokens } from './said.ts'

async function scene(t: Scope) {
  const origin = await listening(t, answering(tokens))
  const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${origin.port}`] })
  const by = (scheme: string) =>
    transportBy(through(proxyUrl(`http://127.0.0.1:${gateway.port}`, plainCredentials).replace('http', scheme)))
  return { origin, gateway, by }
}

describe('an egress that is asked for', () => {
  for (const [pin, leavesFrom] of [
    ['a', '127.0.0.11'],
    ['b', '127.0.0.12'],
  ] as const)
    test(`is taken, and named with its address: ${pin}`, async (t) => {
      const { origin, gateway, by } = await scene(t)
      const connection = await opened(by('http'), wish(origin.port, { pin }))
      deepEqual([connection.egress, connection.leavesFrom], [pin, leavesFrom])
      equal((await connection.post(refresh(), yes)).kind, 'replied')
      await gateway.haveEnded(1)
      deepEqual(
        gateway.tunnels().map(({ egress }) => egress),
        [pin],
      )
    })

  test('is taken over SOCKS5 as well, which cannot name it', async (t) => {
    const { origin, gateway, by } = await scene(t)
    const connection = await opened(by('socks5'), wish(origin.port, { pin: 'b' }))
    deepEqual([connection.egress, connection.leavesFrom], [undefined, undefined])
    equal((await connection.post(refresh(), yes)).kind, 'replied')
    await gateway.haveEnded(1)
    deepEqual(
      gateway.tunnels().map(({ egress }) => egress),
      ['b'],
    )
  })

  test('and that there is not, opens nothing', async (t) => {
    const { origin, by } = await scene(t)
    for (const scheme of ['http', 'socks5']) {
      const end = await by(scheme).open(wish(origin.port, { pin: 'c' }))
      equal(end.kind === 'not-opened' && end.stage, 'proxy')
    }
    equal(origin.connections(), 0)
  })

  const others = {
    'from a proxy that names none': ['', 'egress a was asked for, and it names none'],
    'from a proxy that took another': [
      'Sallyport-Egress: b; address=127.0.0.12\r\n',
      'egress a was asked for, and it took b',
    ],
  } as const
  for (const [sentence, [header, words]] of Object.entries(others))
    test(`${sentence} is not got, and nothing is sent`, async (t) => {
      const origin = await listening(t, answering(tokens))
      const proxy = await listening(t, proxying(`HTTP/1.1 200 OK\r\n${header}\r\n`))
      const end = await transportBy(through(`http://127.0.0.1:${proxy.port}`)).open(wish(origin.port, { pin: 'a' }))
      match(end.kind === 'open' ? 'open' : end.why, new RegExp(`${words}$`))
      await proxy.ended(1)
      equal(origin.heard.join(''), '')
    })

  test('without a proxy, or over SOCKS5 without a user, opens nothing', async (t) => {
    const origin = await listening(t, answering(tokens))
    const ways = {
      'there is no proxy to ask': direct,
      'its URL has none': through(`socks5://127.0.0.1:${origin.port}`),
    }
    for (const [words, route] of Object.entries(ways)) {
      const end = await transportBy(route).open(wish(origin.port, { pin: 'a' }))
      match(end.kind === 'open' ? 'open' : end.why, new RegExp(`${words}$`))
    }
    equal(origin.heard.join(''), '')
  })

  test('whose name cannot stand in a header opens nothing, and asks nobody', async (t) => {
    const proxy = await listening(t, proxying('HTTP/1.1 200 OK\r\n\r\n'))
    for (const pin of ['', ' a', 'a\r\nX: y', 'ä']) {
      const end = await transportBy(through(`http://127.0.0.1:${proxy.port}`)).open(wish(443, { pin }))
      deepEqual(end, { kind: 'not-opened', stage: 'proxy', why: 'the egress has no possible name' })
    }
    equal(proxy.connections(), 0)
  })

  test('is left to the gateway where none is asked for', async (t) => {
    const { origin, by } = await scene(t)
    const connection = await opened(by('http'), wish(origin.port))
    match(`${connection.egress} ${connection.leavesFrom}`, /^(?:a 127\.0\.0\.11|b 127\.0\.0\.12)$/)
    connection.close()
  })
})

describe('P-21: the end of a tunnel', () => {
  const [deadline, endsAt] = [Date.now() + 10_000, Date.now() + 50_000]
  const asked = endsAt - deadline
  const promises = {
    'is told as the one that was asked for, where the gateway promises it': [String(asked), true],
    'is told as the one that was asked for, where the gateway promises an earlier one': [String(asked - 1000), true],
    'is not told where the gateway promises a later one': [String(asked + 1), false],
    'is not told where the gateway says what is no number': ['soon', false],
    'is not told where the gateway promises nothing': [undefined, false],
  } as const
  for (const [sentence, [promise, told]] of Object.entries(promises))
    test(sentence, async (t) => {
      const origin = await listening(t, answering(tokens))
      const header = promise === undefined ? '' : `Sallyport-Tunnel-Ends: ${promise}\r\n`
      const proxy = await listening(t, proxying(`HTTP/1.1 200 OK\r\n${header}\r\n`))
      const connection = await opened(
        transportBy(through(`http://127.0.0.1:${proxy.port}`)),
        wish(origin.port, { deadline, endsAt }),
      )
      equal(connection.tunnelEndsAt, told ? endsAt : undefined)
      // counted by the gateway from when it reads this, which is before the deadline: so it is never late, whatever its clock says
      match(proxy.heard[0] ?? '', new RegExp(`\r\nSallyport-Tunnel-Ends: ${asked}\r\n`))
      connection.close()
    })

  test('is not told without a gateway, or over SOCKS5', async (t) => {
    const { origin, by } = await scene(t)
    for (const transport of [transportBy(direct), by('socks5')]) {
      const connection = await opened(transport, wish(origin.port))
      equal(connection.tunnelEndsAt, undefined)
      connection.close()
    }
  })

  test('that the gateway cuts while the reply is waited for is a cut', async (t) => {
    const origin = await listening(t, () => undefined)
    const cut = Promise.withResolvers<() => void>()
    const proxy = await listening(
      t,
      proxying('HTTP/1.1 200 OK\r\n\r\n', (client, far) => {
        client.pipe(far).pipe(client)
        cut.resolve(() => void client.resetAndDestroy())
      }),
    )
    const connection = await opened(transportBy(through(`http://127.0.0.1:${proxy.port}`)), wish(origin.port))
    const posted = connection.post(refresh(), yes)
    ;(await cut.promise)()
    deepEqual(await posted, {
      kind: 'cut',
      raw: new Uint8Array(),
      why: 'the connection gave no whole reply: ECONNRESET',
    })
  })
})

test('without a proxy the address is the one of this machine', async (t) => {
  const origin = await listening(t, answering(tokens))
  const connection = await opened(transportBy(direct), wish(origin.port))
  deepEqual([connection.egress, connection.leavesFrom], [undefined, '127.0.0.1'])
  connection.close()
})
