import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { formatAddress } from '../../src/ip/address.ts'
import { openBench, pair, type AdminBench, type BenchOptions, type Called } from './admin-api.ts'
import { bentStore, openGatewayStore, type Fate } from './store.ts'

const open = async (t: TestContext, options?: BenchOptions) => await openBench(t, await openGatewayStore(t), options)
const read = async ({ call }: AdminBench) => {
  const { body, headers } = await call('/admin/v1/egress')
  return {
    egress: body.egress as { name: string; state: string; declaredBy: string }[],
    etag: headers.get('etag') ?? '',
  }
}
const states = async (bench: AdminBench) => (await read(bench)).egress.map(({ name, state }) => `${name} ${state}`)
const put = async (bench: AdminBench, body: unknown, etag?: string) =>
  await bench.call('/admin/v1/egress', { body, headers: { 'if-match': etag ?? (await read(bench)).etag } })
const code = ({ status, body }: Called) => `${status} ${body.code}`

describe('GET /admin/v1/egress', () => {
  test('shows each egress with its state, since when, why, and who declares it', async (t) => {
    const { egress } = await read(await open(t))
    deepEqual(egress[0], {
      ...{
        name: 'a',
        kind: 'address',
        through: '127.0.0.11',
        public: null,
        publicIs: 'declared',
        mode: 'active',
        state: 'up',
      },
      ...{ since: '2026-11-15T12:00:00.000Z', why: 'probes succeed', latencyMs: 1.23, tunnels: 0 },
      ...{ ports: { used: 7, of: 28_232 }, probes: { succeeded: 3, failed: 1 }, declaredBy: 'file', admissions: [] },
    })
  })
})

describe('PUT /admin/v1/egress', () => {
  test('adds, drains and removes, and raises the ETag with each', async (t) => {
    const bench = await open(t)
    const first = await read(bench)
    const added = await put(bench, { add: [{ name: 'c', address: '127.0.0.13' }] })
    equal(added.status, 200)
    ok(Number(added.headers.get('etag')?.slice(1, -1)) > Number(first.etag.slice(1, -1)))
    await put(bench, { drain: ['a'], resume: ['b'] })
    deepEqual(await states(bench), ['a draining', 'b up', 'c up'])
    await put(bench, { remove: ['a'] })
    deepEqual((await read(bench)).egress.map(({ name, declaredBy }) => [name, declaredBy]), [['b', 'file'], ['c', 'admin']])
  }) // prettier-ignore

  test('P-60: has something to leave by at every moment of a move, however long the probes under way take', async (t) => {
    const bench = await open(t)
    await put(bench, { drain: ['b'] })
    const { pool } = bench
    const { setMode } = pool
    const [probed, inForce] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const live: number[] = []
    const watched: typeof setMode = (...change) => {
      const isThere = setMode(...change)
      live.push(pool.views().filter(({ mode }) => mode === 'active').length)
      setImmediate(inForce.resolve)
      return isThere
    }
    Object.assign(pool, { setMode: watched, hold: probed.promise })
    const moving = put(bench, { resume: ['b'], drain: ['a'] })
    await inForce.promise
    const modes = pool.views().map(({ name, mode }) => `${name} ${mode}`)
    probed.resolve()
    equal((await moving).status, 200)
    deepEqual(modes, ['a draining', 'b active'])
    ok(!live.includes(0), live.join())
  })

  test('takes a whole set, in which an egress that is only named stays as it is', async (t) => {
    const bench = await open(t)
    await put(bench, { drain: ['b'] })
    const answer = await put(bench, { egress: [{ name: 'd', via: 'http://u:p@proxy.example:9293' }, { name: 'b' }, { name: 'a', address: '127.0.0.21', confirm: 'off' }] })
    equal(answer.status, 200, JSON.stringify(answer.body))
    deepEqual((await read(bench)).egress.map(({ name, state, declaredBy }) => [name, state, declaredBy]), [['d', 'up', 'admin'], ['b', 'draining', 'file'], ['a', 'up', 'admin']])
    deepEqual(bench.pool.declarations().map(({ through }) => through.kind === 'via' ? through.url : formatAddress(through.address)), ['http://u:p@proxy.example:9293', '127.0.0.12', '127.0.0.21'])
  }) // prettier-ignore

  test('needs If-Match, and tells a stale editor', async (t) => {
    const bench = await open(t)
    const { etag } = await read(bench)
    equal(code(await bench.call('/admin/v1/egress', { body: { drain: ['a'] } })), '428 IF_MATCH_MISSING')
    equal((await put(bench, { drain: ['a'] }, etag)).status, 200)
    equal(code(await put(bench, { resume: ['a'] }, etag)), '412 STALE_EDITOR')
    deepEqual(await states(bench), ['a draining', 'b up'])
    equal((await put(bench, { resume: ['a'] }, '*')).status, 200)
  })

  test('of two editors with one ETag, one gets 412', async (t) => {
    const bench = await open(t)
    const { etag } = await read(bench)
    const answers = await Promise.all([put(bench, { drain: ['a'] }, etag), put(bench, { drain: ['b'] }, etag)])
    deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 412],
    )
  })

  test('P-44: is answered only once the pool has taken it', async (t) => {
    const bench = await open(t)
    let release = (): void => {}
    bench.pool.hold = new Promise((resolve) => (release = resolve))
    const { etag } = await read(bench)
    let answered = false
    const answer = put(bench, { add: [{ name: 'c', address: '127.0.0.13' }] }, etag).then(() => (answered = true))
    while (bench.pool.declarations().length < 3) await new Promise(setImmediate)
    await read(bench) // a whole exchange later
    equal(answered, false)
    release()
    await answer
  })

  test('a change of nothing changes no ETag', async (t) => {
    const bench = await open(t)
    const { etag } = await read(bench)
    equal((await put(bench, { egress: [{ name: 'a' }, { name: 'b' }] })).headers.get('etag'), etag)
    equal((await bench.call('/admin/v1/egress/a/resume', { method: 'POST' })).headers.get('etag'), etag)
  })

  const refused: Readonly<Record<string, readonly [unknown, string, RegExp]>> = {
    'an address that another egress has': [{ add: [{ name: 'c', address: '127.0.0.12' }] }, '422 EGRESS_INVALID', /egress\[2\]/],
    'a name that is taken': [{ add: [{ name: 'a', address: '127.0.0.19' }] }, '422 EGRESS_INVALID', /name/],
    'an address that is none': [{ add: [{ name: 'c', address: '127.0.0' }] }, '422 BODY_INVALID', /address/],
    'a way that is none': [{ add: [{ name: 'c' }] }, '422 BODY_INVALID', /neither/],
    'two ways': [{ add: [{ name: 'c', address: '127.0.0.1', via: 'http://x' }] }, '422 BODY_INVALID', /via/],
    'an egress that is not there': [{ drain: ['nobody'] }, '422 EGRESS_INVALID', /nobody/],
    'a whole set that names an unknown one': [{ egress: [{ name: 'zz' }] }, '422 EGRESS_INVALID', /zz/],
    'the whole and a part': [{ egress: [{ name: 'a' }], drain: ['a'] }, '422 BODY_INVALID', /parts/],
    'nothing': [{}, '422 BODY_INVALID', /nothing/],
    'an unknown field': [{ delete: ['a'] }, '422 BODY_INVALID', /delete/],
    'a proxy that is a secret of this machine': [{ add: [{ name: 'c', via: { file: '/etc/passwd' } }] }, '422 BODY_INVALID', /via/],
    'an empty set': [{ egress: [] }, '422 NOTHING_LEFT_NOT_CONFIRMED', /Every egress/],
    'a set in which all are drained': [{ drain: ['a', 'b'] }, '422 NOTHING_LEFT_NOT_CONFIRMED', /Every egress/],
    'text that is not JSON': ['{"add":[{"via":"http://u:hunter2@', '400 REQUEST_MALFORMED', /JSON/],
  } // prettier-ignore
  for (const [what, [body, expected, says]] of Object.entries(refused))
    test(`refuses ${what}, and changes nothing`, async (t) => {
      const bench = await open(t)
      const before = await read(bench)
      const answer = await put(bench, body)
      equal(code(answer), expected, JSON.stringify(answer.body))
      match(answer.body.detail, says)
      ok(answer.body.next.length > 0)
      ok(!JSON.stringify(answer.body).includes('hunter2'))
      equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
      deepEqual(await read(bench), before)
    })

  test('empties the set where that is said to be meant', async (t) => {
    const bench = await open(t)
    equal((await put(bench, { egress: [], confirmEmpty: true })).status, 200)
    deepEqual((await read(bench)).egress, [])
  })

  test('a body of 300 KB is refused', async (t) => {
    const answer = await put(await open(t), { drain: ['a'.repeat(300_000)] })
    equal(code(answer), '413 BODY_TOO_LARGE')
  })
})

test('P-64: a touch changes nothing and makes void what was decided on the old ETag', async (t) => {
  const bench = await open(t)
  const { etag } = await read(bench)
  equal((await put(bench, { touch: true })).status, 200)
  equal(code(await put(bench, { drain: ['a'] }, etag)), '412 STALE_EDITOR')
  deepEqual(await states(bench), ['a up', 'b up'])
})

describe('standby', () => {
  const onStandby = { name: 'c', address: '127.0.0.13', standby: true }

  test('is how an egress may come, and holds over restarts until it is resumed', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-key-'))
    t.after(() => rm(folder, { recursive: true }))
    const storage = await openGatewayStore(t)
    const bench = await openBench(t, storage, { folder })
    equal((await put(bench, { add: [onStandby] })).status, 200)
    deepEqual(await states(bench), ['a up', 'b up', 'c standby'])
    const again = await openBench(t, storage, { folder })
    deepEqual(await states(again), ['a up', 'b up', 'c standby'])
    equal((await put(again, { resume: ['c'] })).status, 200)
    deepEqual(await states(again), ['a up', 'b up', 'c up'])
  })

  test('of new ones ends in the same moment in which the old ones are drained', async (t) => {
    const bench = await open(t)
    await put(bench, { add: [onStandby] })
    equal((await put(bench, { resume: ['c'], drain: ['a'], standby: ['b'] })).status, 200)
    deepEqual(await states(bench), ['a draining', 'b standby', 'c up'])
  })

  test('of all that is left has to be said to be meant, and nobody drains and stands by', async (t) => {
    const bench = await open(t)
    equal(code(await put(bench, { standby: ['a', 'b'] })), '422 NOTHING_LEFT_NOT_CONFIRMED')
    equal(code(await put(bench, { add: [{ ...onStandby, draining: true }] })), '422 BODY_INVALID')
    deepEqual(await states(bench), ['a up', 'b up'])
  })
})

describe('drain and resume', () => {
  test('are in force with their reply, and over a restart', async (t) => {
    const storage = await openGatewayStore(t)
    const bench = await openBench(t, storage)
    equal((await bench.call('/admin/v1/egress/a/drain', { method: 'POST' })).status, 200)
    deepEqual(await states(bench), ['a draining', 'b up'])
    const again = await openBench(t, storage)
    deepEqual(await states(again), ['a draining', 'b up'])
    equal((await again.call('/admin/v1/egress/a/resume', { method: 'POST' })).status, 200)
    deepEqual(await states(again), ['a up', 'b up'])
    deepEqual(await states(await openBench(t, storage)), ['a up', 'b up'])
  })

  test('the last egress is drained only where that is said to be meant', async (t) => {
    const bench = await open(t)
    await bench.call('/admin/v1/egress/a/drain', { method: 'POST' })
    const drain = { method: 'POST', body: {} }
    equal(code(await bench.call('/admin/v1/egress/b/drain', drain)), '422 NOTHING_LEFT_NOT_CONFIRMED')
    equal((await bench.call('/admin/v1/egress/b/drain', { ...drain, body: { confirmEmpty: true } })).status, 200)
  })

  test('of a name that is not there is 404', async (t) => {
    equal(code(await (await open(t)).call('/admin/v1/egress/zz/drain', { method: 'POST' })), '404 NOT_FOUND')
  })
})

describe('file and admin API', () => {
  const restart = async (
    t: TestContext,
    storage: Awaited<ReturnType<typeof openGatewayStore>>,
    options?: BenchOptions,
  ) => {
    const folder = await folderOf(t)
    return await openBench(t, storage, { folder, ...options })
  }
  const folders = new WeakMap<TestContext, Promise<string>>()
  /** One for each test: the key lies in it. */
  const folderOf = async (t: TestContext): Promise<string> => {
    const known = folders.get(t)
    if (known !== undefined) return await known
    const made = mkdtemp(join(tmpdir(), 'sallyport-gateway-'))
    folders.set(t, made)
    t.after(async () => await rm(await made, { recursive: true, force: true }))
    return await made
  }
  const names = async (bench: AdminBench) =>
    (await read(bench)).egress.map(({ name, declaredBy }) => [name, declaredBy].join(' '))

  test('what the admin API changed survives a restart', async (t) => {
    const storage = await openGatewayStore(t)
    const bench = await restart(t, storage)
    await put(bench, { remove: ['a'], add: [{ name: 'c', via: 'http://u:p@proxy.example:9293', public: '192.0.2.9' }] })
    const again = await restart(t, storage)
    deepEqual(await names(again), ['b file', 'c admin'])
    deepEqual(again.pool.declarations()[1]?.through, { kind: 'via', url: 'http://u:p@proxy.example:9293' })
    equal((await read(again)).etag, (await read(bench)).etag, 'an editor may go on over a restart')
  })

  test('a file that says something else of one egress goes before for that one alone', async (t) => {
    const storage = await openGatewayStore(t)
    await put(await restart(t, storage), { egress: [{ name: 'a', address: '127.0.0.21' }, { name: 'b', address: '127.0.0.22' }] })
    const file = [pair[0], { name: 'b', address: '127.0.0.32', confirm: 'on' }] as typeof pair
    const again = await restart(t, storage, { file })
    deepEqual(again.pool.declarations().map(({ through }) => through.kind === 'address' && formatAddress(through.address)), ['127.0.0.21', '127.0.0.32'])
    deepEqual(again.metered.logged.map(({ event, fields }) => [event, fields['egress']]), [['egress-changes-undone', ['b']]])
  }) // prettier-ignore

  test('an egress that the file adds joins those of the admin API; one that it drops goes', async (t) => {
    const storage = await openGatewayStore(t)
    await put(await restart(t, storage), { add: [{ name: 'c', address: '127.0.0.13' }] })
    const b = pair.slice(1)
    deepEqual(
      await names(await restart(t, storage, { file: [...b, { name: 'e', address: '127.0.0.15', confirm: 'on' }] })),
      ['b file', 'e file', 'c admin'],
    )
  })

  test('where the file now takes the address that the admin API had added, the file goes before', async (t) => {
    const storage = await openGatewayStore(t)
    await put(await restart(t, storage), { add: [{ name: 'c', address: '127.0.0.13' }], drain: ['a'] })
    const again = await restart(t, storage, { file: [...pair, { name: 'e', address: '127.0.0.13', confirm: 'on' }] })
    deepEqual(await states(again), ['a draining', 'b up', 'e up'])
  })

  test('a reload of the same file undoes nothing, and one that says something else does', async (t) => {
    const bench = await restart(t, await openGatewayStore(t))
    await put(bench, { remove: ['a'] })
    await bench.declared.readFile(pair)
    deepEqual(await names(bench), ['b file'])
    await bench.declared.readFile([{ name: 'a', address: '127.0.0.99', confirm: 'on' }, ...pair.slice(1)])
    deepEqual(await names(bench), ['a file', 'b file'])
  })

  test('L-60: the credentials of a proxy are in no answer, no log and not readable in the store', async (t) => {
    const folder = await folderOf(t)
    const storage = await openGatewayStore(t, `sqlite:${folder}`)
    const bench = await restart(t, storage)
    await put(bench, { add: [{ name: 'c', via: 'http://u:hunter2@proxy.example:9293' }] })
    const clash = await put(bench, { add: [{ name: 'd', via: 'http://u:hunter2@proxy.example:9293' }] })
    equal(code(clash), '422 EGRESS_INVALID')
    const shown = JSON.stringify([clash.body, (await read(bench)).egress, bench.metered.logged])
    ok(!shown.includes('hunter2'))
    await storage.backup(join(folder, 'copy.db'))
    ok(!(await readFile(join(folder, 'copy.db'), 'latin1')).includes('hunter2'))
    equal((await stat(join(folder, 'gateway-key'))).mode & 0o777, 0o600)
  })

  test('a store whose key is another one does not open, and says what to put back', async (t) => {
    const storage = await openGatewayStore(t)
    await put(await openBench(t, storage), { add: [{ name: 'c', address: '127.0.0.13' }] })
    const opening = openBench(t, storage) // in memory, so with a key of its own
    await opening.then(
      () => ok(false, 'opened'),
      (cause: Error) => match(cause.message, /put back the one that was made with it/),
    )
  })
})

describe('a store that fails', () => {
  const fates: Readonly<Record<string, readonly [Fate, string]>> = {
    'that was not stored is not in force': ['failed', '503 STORE_NOT_AVAILABLE'],
    'that had no room in the queue is not in force': ['dropped', '503 STORE_NOT_AVAILABLE'],
    'of which nobody knows is not called done': ['unknown', '503 STORE_OUTCOME_UNKNOWN'],
  }
  for (const [what, [fate, expected]] of Object.entries(fates))
    test(`a change ${what}`, async (t) => {
      let now: Fate = 'committed'
      const bench = await openBench(
        t,
        bentStore(await openGatewayStore(t), () => now),
      )
      now = fate
      equal(code(await put(bench, { drain: ['a'] })), expected)
      deepEqual(await states(bench), ['a up', 'b up'])
      now = 'committed'
      equal((await put(bench, { drain: ['a'] })).status, 200)
    })
})
