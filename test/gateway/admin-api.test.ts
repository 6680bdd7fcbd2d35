import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { openAdminToken } from '../../src/gateway/admin-token.ts'
import { after, days, hours, minutes, seconds } from '../../src/values/time.ts'
import { openBench, rule, type AdminBench, type BenchOptions, type Called } from './admin-api.ts'
import { client, midNovember, tunnelOf } from './metered.ts'
import { bentStore, openGatewayStore, type Fate } from './store.ts'

const open = async (t: TestContext, options?: BenchOptions) => await openBench(t, await openGatewayStore(t), options)
const code = ({ status, body }: Called) => `${status} ${body.code}`

/** Permitted, started, and carrying what is said. */
function carry({ metered }: AdminBench, egress: string, about: { name?: string; up?: number; down?: number } = {}) {
  const { name = 'app', ...bytes } = about
  ok(metered.meter.permit(client(name)).ok)
  const tunnel = Object.assign(tunnelOf(name, egress, metered.now), bytes)
  metered.meter.started(tunnel)
  return tunnel
}

describe('who may ask', () => {
  test('without the token nothing of /admin/v1 is told', async (t) => {
    const { call } = await open(t)
    const none = await call('/admin/v1/egress', { headers: { authorization: '' } })
    equal(code(none), '401 ADMIN_TOKEN_MISSING')
    equal(none.headers.get('www-authenticate'), 'Bearer')
    equal(code(await call('/admin/v1/egress', { headers: { authorization: 'Bearer other' } })), '401 ADMIN_TOKEN_WRONG')
    equal(
      code(await call('/admin/v1/nothing', { headers: { authorization: 'Bearer other' } })),
      '401 ADMIN_TOKEN_WRONG',
    )
    equal(code(await call('/admin/v1/nothing')), '404 NOT_FOUND')
    equal(code(await call('/nothing', { headers: { authorization: '' } })), '404 NOT_FOUND')
  })

  test('the token is made at the first start, lasts once it is kept, and lies in a file of its own', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-gateway-'))
    t.after(async () => await rm(folder, { recursive: true, force: true }))
    const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))
    const unseen = await openAdminToken(folder, { random, given: undefined })
    equal(unseen.origin, 'new')
    const fresh = await openAdminToken(folder, { random, given: undefined })
    equal(fresh.origin, 'new', 'a start that failed has stored none')
    await fresh.keep()
    const kept = await openAdminToken(folder, { random, given: undefined })
    deepEqual([kept.origin, kept.token.expose()], ['kept', fresh.token.expose()])
    equal((await readFile(join(folder, 'gateway-admin-token'), 'utf8')).trim(), fresh.token.expose())
    equal((await stat(join(folder, 'gateway-admin-token'))).mode & 0o777, 0o600)
  })
})

describe('admissions', () => {
  const tell = async (bench: AdminBench, about: object) =>
    await bench.call('/admin/v1/admissions', {
      body: { destination: rule, egress: 'a', admission: 'confirmed', ...about },
    })

  test('L-61: with one of the pair confirmed, the other is warned of until it is', async (t) => {
    const bench = await open(t)
    const { body } = await tell(bench, { label: 'Billing' })
    deepEqual(body.admissions, [
      { label: 'Billing', destination: rule, egress: 'a', admission: 'confirmed', by: 'admin', since: '2026-11-15T12:00:00.000Z' },
    ]) // prettier-ignore
    deepEqual(body.warnings, [{ label: 'Billing', destination: rule, egress: 'b', is: 'unknown' }])
    const metrics = await bench.call('/metrics')
    match(
      metrics.text,
      /sallyport_gateway_admission_warning\{egress="b",destination="\*\.salesforce\.com:443",label="Billing",is="unknown"\} 1/,
    )
    deepEqual((await tell(bench, { label: 'Billing', egress: 'b' })).body.warnings, [])
  })

  test('survive a restart, with the instant since when', async (t) => {
    const storage = await openGatewayStore(t)
    const bench = await openBench(t, storage)
    await tell(bench, { label: 'Billing', admission: 'refused' })
    bench.metered.now = after(midNovember, hours(1))
    await tell(bench, { label: 'Billing', admission: 'refused' })
    const again = await openBench(t, storage)
    const { body } = await again.call('/admin/v1/admissions')
    deepEqual(body.admissions.map(({ egress, admission, since }) => [egress, admission, since]), [['a', 'refused', '2026-11-15T12:00:00.000Z']]) // prettier-ignore
    deepEqual(again.pool.views()[0]?.admissions, [{ label: 'Billing', group: rule, egress: 'a', admission: 'refused' }])
  })

  test('go over the file until the file says something else of the same', async (t) => {
    const storage = await openGatewayStore(t)
    const admitted = [{ label: undefined, group: rule, egress: 'a', admission: 'refused' as const }]
    await tell(await openBench(t, storage, { admitted }), {})
    const same = await openBench(t, storage, { admitted })
    equal((await same.call('/admin/v1/admissions')).body.admissions[0]?.admission, 'confirmed')
    const other = await openBench(t, storage, { admitted: [] })
    deepEqual((await other.call('/admin/v1/admissions')).body.admissions, [])
    deepEqual(
      other.metered.logged.map(({ event }) => event),
      ['admission-undone'],
    )
    const back = await openBench(t, storage, { admitted })
    equal((await back.call('/admin/v1/admissions')).body.admissions[0]?.by, 'file', 'undone for good')
  })

  test('that the file has undone follow the file from then on', async (t) => {
    const bench = await open(t)
    const says = (admission: 'confirmed' | 'refused') => [{ label: undefined, group: rule, egress: 'a', admission }]
    await tell(bench, {})
    const seen: unknown[] = []
    for (const rows of [says('refused'), says('confirmed'), []]) {
      await bench.admissions.readFile(rows)
      seen.push(bench.pool.views()[0]?.admissions.map(({ admission }) => admission))
    }
    deepEqual(seen, [['refused'], ['confirmed'], []])
    await tell(bench, {})
    await bench.admissions.readFile([])
    equal(bench.admissions.list()[0]?.by, 'admin', 'and may be told anew')
  })

  const refused: Readonly<Record<string, readonly [object, string]>> = {
    'of an egress that is not there': [{ egress: 'zz' }, '404 NOT_FOUND'],
    'of a destination that no rule allows': [{ destination: 'example.com:443' }, '422 BODY_INVALID'],
    'of a word that is none': [{ admission: 'maybe' }, '422 BODY_INVALID'],
  }
  for (const [what, [about, expected]] of Object.entries(refused))
    test(`a word ${what} is refused`, async (t) => equal(code(await tell(await open(t), about)), expected))
})

describe('usage', () => {
  test('is told by month and client, live tunnels included', async (t) => {
    const bench = await open(t)
    carry(bench, 'a', { up: 10, down: 20 })
    carry(bench, 'b', { name: 'other', up: 1 })
    const all = await bench.call('/admin/v1/usage')
    deepEqual(all.body.usage, [
      { client: 'app', month: '2026-11', egress: 'a', up: 10, down: 20, tunnels: 1 },
      { client: 'other', month: '2026-11', egress: 'b', up: 1, down: 0, tunnels: 1 },
    ])
    equal((await bench.call('/admin/v1/usage?client=app&month=2026-11')).body.usage.length, 1)
    equal((await bench.call('/admin/v1/usage?month=2026-10')).body.usage.length, 0)
    equal(code(await bench.call('/admin/v1/usage?month=2026-13')), '400 QUERY_INVALID')
    equal(code(await bench.call('/admin/v1/usage?clinet=app')), '400 QUERY_INVALID')
  })

  test('plans say what is used of what, and in what state', async (t) => {
    const bench = await open(t)
    bench.metered.limits = {
      plans: [{ name: 'small', bytes: '1kB', warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut' }],
      clients: [{ name: 'app', plan: 'small', connections: 10 }, { name: 'other', connections: 10 }],
    } // prettier-ignore
    carry(bench, 'a', { up: 800 })
    await bench.metered.meter.flush()
    deepEqual((await bench.call('/admin/v1/plans')).body.plans, [
      { client: 'app', plan: 'small', limitBytes: 1000, usedBytes: 800, state: 'warned' },
      { client: 'other', plan: null, limitBytes: null, usedBytes: 0, state: 'within' },
    ])
  })

  test('live tunnels come newest first, no more than asked for', async (t) => {
    const bench = await open(t)
    const [first, second, third] = [
      carry(bench, 'a'),
      carry(bench, 'b', { up: 3, down: 4 }),
      carry(bench, 'a', { name: 'other' }),
    ]
    const { body } = await bench.call('/admin/v1/tunnels?limit=2')
    deepEqual([body.live, body.tunnels.map(({ id }) => id)], [3, [third.id, second.id]])
    deepEqual(body.tunnels[1], {
      ...{ id: second.id, client: 'app', label: 'app', kind: 'connect', from: '127.0.0.1', egress: 'b' },
      ...{ destination: 'login.salesforce.com:443', address: '127.0.0.11', remote: '127.0.0.2' },
      ...{ openedAt: '2026-11-15T12:00:00.000Z', up: 3, down: 4 },
    })
    const ofA = await bench.call('/admin/v1/tunnels?egress=a&client=app')
    deepEqual(
      ofA.body.tunnels.map(({ id }) => id),
      [first.id],
    )
    equal(code(await bench.call('/admin/v1/tunnels?limit=1001')), '400 QUERY_INVALID')
  })
})

describe('proof that an address is used no more', () => {
  const ask = async (bench: AdminBench, since: number, egress = 'a') =>
    await bench.call(`/admin/v1/egress/${egress}/usage?since=${new Date(since).toISOString()}`)

  test('counts tunnels and bytes by destination since an instant', async (t) => {
    const bench = await open(t)
    const tunnel = carry(bench, 'a', { up: 5 })
    const { body } = await ask(bench, midNovember)
    deepEqual(body, {
      ...{ egress: 'a', since: '2026-11-15T12:00:00.000Z', unused: false, liveTunnels: 1 },
      destinations: [{ destination: rule, up: 5, down: 0, tunnels: 1, lastUsedAt: '2026-11-15T12:00:00.000Z' }],
    })
    bench.metered.meter.ended(tunnel, { kind: 'closed' })
    bench.metered.now = after(midNovember, seconds(1))
    const later = await ask(bench, midNovember + 1)
    deepEqual([later.body.unused, later.body.destinations], [true, []], 'within the same hour, by the last use')
    equal((await ask(bench, midNovember, 'b')).body.unused, true)
  })

  test('an idle tunnel that is open still holds the address; a byte after since is use', async (t) => {
    const bench = await open(t)
    const tunnel = carry(bench, 'a', { up: 5 })
    await bench.metered.meter.flush()
    const since = after(midNovember, minutes(90))
    bench.metered.now = after(since, minutes(5))
    const idle = (await ask(bench, since)).body
    deepEqual([idle.unused, idle.liveTunnels, idle.destinations], [false, 1, []])
    tunnel.down = 1
    bench.metered.meter.ended(tunnel, { kind: 'closed' })
    deepEqual((await ask(bench, since)).body.destinations.map(({ down, tunnels }) => [down, tunnels]), [[1, 0]])
  }) // prettier-ignore

  test('of a removed egress is told for as long as it is kept; of a name that never was, nothing', async (t) => {
    const bench = await open(t)
    bench.metered.meter.ended(carry(bench, 'a', { up: 5 }), { kind: 'closed' })
    await bench.metered.meter.flush()
    await bench.call('/admin/v1/egress', { body: { remove: ['a'] }, headers: { 'if-match': '*' } })
    bench.metered.now = after(midNovember, hours(2))
    equal((await ask(bench, midNovember + 3_600_000)).body.unused, true)
    equal(code(await ask(bench, midNovember, 'old')), '404 NOT_FOUND')
  })

  test('is refused while use that was counted is not in the store', async (t) => {
    let fate: Fate = 'committed'
    const bench = await openBench(
      t,
      bentStore(await openGatewayStore(t), () => fate),
    )
    carry(bench, 'a', { up: 5 })
    fate = 'failed'
    equal(code(await ask(bench, midNovember)), '503 STORE_NOT_AVAILABLE')
    fate = 'committed'
    equal((await ask(bench, midNovember)).body.unused, false)
  })

  test('wants an instant that has passed, and that is kept', async (t) => {
    const bench = await open(t)
    for (const since of [
      '',
      '?since=',
      '?since=yesterday',
      `?since=${midNovember + 1}`,
      `?since=${midNovember - days(93)}`,
    ])
      equal(code(await bench.call(`/admin/v1/egress/a/usage${since}`)), '400 QUERY_INVALID', since)
  })
})

describe('health and metrics', () => {
  test('ready is who has one egress up', async (t) => {
    const bench = await open(t)
    equal((await bench.call('/healthz', { headers: { authorization: '' } })).status, 200)
    bench.pool.states.set('a', 'down')
    equal((await bench.call('/readyz', { headers: { authorization: '' } })).status, 200)
    bench.pool.states.set('b', 'unusable')
    const { status, body } = await bench.call('/readyz')
    deepEqual([status, body.status, body.egress.map(({ state }) => state)], [503, 'not ready', ['down', 'unusable']]) // prettier-ignore
  })

  test('it is not ready while use cannot be stored, and says why', async (t) => {
    let trouble: string | undefined
    const bench = await openBench(t, await openGatewayStore(t), { trouble: () => trouble })
    const ready = async () => {
      const { status, text } = await bench.call('/readyz')
      return [status, /"why":"(use cannot[^"]*)"/.exec(text)?.[1]]
    }
    deepEqual(await ready(), [200, undefined])
    trouble = 'database or disk is full'
    deepEqual(await ready(), [503, 'use cannot be stored: database or disk is full'])
    trouble = undefined
    deepEqual(await ready(), [200, undefined])
  })

  test('a page whose name was led to the loopback is told neither', async (t) => {
    const bench = await open(t)
    for (const path of ['/readyz', '/metrics']) {
      const asked = request(new URL(path, bench.admin.url), { headers: { host: 'evil.example:9294' } }).end()
      const [answer]: IncomingMessage[] = await once(asked, 'response')
      equal(answer?.statusCode, 421, path)
      answer?.resume()
    }
  })

  test('metrics show egress states, live bytes, ports and probes', async (t) => {
    const bench = await open(t)
    bench.pool.states.set('b', 'down')
    carry(bench, 'a', { up: 5, down: 7 })
    bench.pool.count('a', 1)
    await bench.metered.meter.flush()
    const { text, headers } = await bench.call('/metrics', { headers: { authorization: '' } })
    match(headers.get('content-type') ?? '', /^text\/plain/)
    for (const line of [
      'sallyport_gateway_egress_state{egress="b",state="down"} 1',
      'sallyport_gateway_egress_state{egress="b",state="up"} 0',
      'sallyport_gateway_bytes_total{client="app",egress="a",direction="down"} 7',
      'sallyport_gateway_live_tunnels{egress="a"} 1',
      'sallyport_gateway_egress_latency_seconds{egress="a"} 0.00123456',
      `sallyport_gateway_egress_ports_used_ratio{egress="a"} ${7 / 28_232}`,
      'sallyport_gateway_probes_total{egress="a",outcome="failed"} 1',
      'sallyport_gateway_usage_unstored_bytes 0',
    ])
      ok(text.includes(`${line}\n`), line)
  })
})

type Operation = {
  readonly summary?: string
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[]
  readonly responses: Readonly<Record<string, unknown>>
}
type Document = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

describe('the OpenAPI document', () => {
  const read = async (t: TestContext): Promise<Document> => {
    const { call } = await open(t)
    const { text } = await call('/admin/openapi.json', { headers: { authorization: '' } })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it is said to be is what is checked
    return JSON.parse(text) as Document
  }

  test('has every call, each with a summary and its answers', async (t) => {
    const { openapi, paths } = await read(t)
    equal(openapi, '3.1.0')
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method} ${path.slice('/admin/v1'.length)}`,
        operation,
      })),
    )
    deepEqual(calls.map(({ name }) => name).toSorted(), [
      ...['get /admissions', 'get /egress', 'get /egress/{name}/usage', 'get /plans', 'get /tunnels', 'get /usage'],
      ...['post /egress/{name}/drain', 'post /egress/{name}/resume', 'put /admissions', 'put /egress'],
    ])
    for (const { name, operation } of calls) {
      ok(operation.summary, name)
      deepEqual(Object.keys(operation.responses).toSorted(), ['200', '4XX', '5XX'], name)
    }
  })

  test('says that a change of the set needs If-Match', async (t) => {
    const put = (await read(t)).paths['/admin/v1/egress']?.['put']
    const header = put?.parameters?.find(({ name }) => name === 'if-match')
    deepEqual([header?.in, header?.required], ['header', true])
  })
})
