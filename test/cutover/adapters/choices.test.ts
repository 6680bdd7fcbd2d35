/** What each choice of a cutover file opens. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Ground } from '../../../src/cli/cutover/ground.ts'
import { openLists } from '../../../src/cli/cutover/open-lists.ts'
import { openTraffic } from '../../../src/cli/cutover/open-traffic.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import { readCutoverFile } from '../../../src/cutover/configuration.ts'
import type { CutoverPorts } from '../../../src/cutover/ports.ts'
import { writeRows } from '../../../src/cutover/rules/list-change.ts'
import { readWrittenRanges } from '../../../src/cutover/written-ranges.ts'
import { faultLine } from '../../../src/documents/fault.ts'
import { fault } from '../../../src/values/result.ts'
import { days, instant } from '../../../src/values/time.ts'

const environment: Readonly<Record<string, string>> = {
  OLD_URL: 'http://u:old-word@127.0.0.1:1',
  NEW_URL: 'http://u:new-word@127.0.0.1:2',
  TOKEN: 'a-token-that-is-long-enough-0123456789',
}
const from = '[192.0.2.1, 192.0.2.2]'
const pair = 'from: { env: OLD_URL }, to: { env: NEW_URL }, echo: http://127.0.0.1:3/'
const tokens = 'tokens: { org: { env: TOKEN }, gateway: { env: TOKEN }, keeper: { env: TOKEN } }'
const rest = `connections: [canary]\nfrom: ${from}\nto: [198.51.100.1, 198.51.100.2]\n${tokens}\n`

type Place = { readonly folder: string; readonly open: (...lines: readonly string[]) => CutoverPorts }

async function openPlace(t: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'choices-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const loaded = loadConfiguration({
    environment: {},
    readFile: () => fault('does not exist'),
    workingDirectory: folder,
  })
  ok(loaded.ok)
  let count = 0
  const ground: Ground = {
    ...{ loaded: loaded.value, folder: join(folder, 'data'), workingDirectory: folder },
    ...{ clock: () => instant('2026-11-21'), wait: async () => await Promise.resolve() },
    unique: () => `${(count += 1)}`,
  }
  return {
    folder,
    open(...lines) {
      const readers = { environment: (name: string) => environment[name], file: () => fault('is none') }
      const read = readCutoverFile(`app: New_App\n${lines.join('\n')}\n${rest}`, { name: 'c', readers, testing: false })
      if (!read.ok) throw new Error(read.fault.map(faultLine).join('\n'))
      const traffic = openTraffic(ground, read.value)
      return { lists: openLists(ground, read.value, traffic), traffic: traffic.port, lookBack: days(30) }
    },
  }
}

const rowsOf = (...ranges: readonly string[]) => {
  const rows = readWrittenRanges(ranges)
  if (!rows.ok) throw new Error('these are no ranges')
  return rows.value
}

test('SF-291: a support case for the second app is one change in a file and in words, and is claimed by nobody but a person', async (t) => {
  const { folder, open } = await openPlace(t)
  const ports = open(
    'allowlist: { org: http://127.0.0.1:1 }\ntraffic: { gateway: http://127.0.0.1:1 }\nkeeper: http://127.0.0.1:1',
    `second: { app: Old App/1, connections: [old], allowlist: { supportCase: { orgId: 00D000000000001, ranges: ${from}, enforce: true } } }`,
  )
  equal(ports.lists.length, 2)
  const list = ports.lists[1]?.allowlist
  ok(list)
  const { version, claimed, isEnforced } = await list.read()
  deepEqual([claimed, isEnforced], [true, true])
  const after = rowsOf('192.0.2.1', '192.0.2.2', '198.51.100.1', '198.51.100.2')
  const asked = await list.save(after, version)
  equal(asked.result, 'asked')
  const [name = '', ...others] = await readdir(join(folder, 'data', 'cutover-cases'))
  deepEqual(others, [])
  match(name, /^Old_App_1-[0-9a-f]{8}\.txt$/)
  const text = await readFile(join(folder, 'data', 'cutover-cases', name), 'utf8')
  match(text, /^Subject: Connected App "Old App\/1" \(org 00D000000000001\): add 2 to/)
  ok((asked.why ?? '').includes(text.slice(0, 200)), 'the same text is told')
  const claim = await list.read(writeRows(after))
  deepEqual(claim.rows, after, 'what was confirmed, from the journal')
  deepEqual(await list.save(after, version), { result: 'stale', why: 'another list was confirmed meanwhile' })
  deepEqual(await list.redeemers(instant(0)), 'unknown', 'P-63: nobody here can tell')
})

test('what Salesforce does not answer for is no list, and says where it was looked for', async (t) => {
  const { open } = await openPlace(t)
  const ports = open(
    'allowlist: { salesforce: { instance: http://127.0.0.1:1, accessToken: { env: TOKEN } } }',
    `traffic: { env: { file: .env, name: PROXY, ${pair} } }\nkeeper: { from: http://127.0.0.1:1, to: http://127.0.0.1:2 }`,
  )
  await rejects(async () => await ports.lists[0]?.allowlist.read(), /ECONNREFUSED|127\.0\.0\.1:1/)
})

test('a file is found where the command was called, and moved there', async (t) => {
  const { folder, open } = await openPlace(t)
  await writeFile(join(folder, '.env'), `PROXY=${environment['OLD_URL'] ?? ''}\n`)
  const { traffic } = open(
    'allowlist: { org: http://127.0.0.1:1 }',
    `traffic: { env: { file: .env, name: PROXY, after: ['true'], ${pair} } }\nkeeper: { from: http://127.0.0.1:1, to: http://127.0.0.1:2 }`,
  )
  const before = await traffic.read(instant(0))
  deepEqual(
    before.members.map(({ address, mode }) => `${address} ${mode}`),
    ['192.0.2.1 active', '192.0.2.2 active', '198.51.100.1 standby', '198.51.100.2 standby'],
  )
  const moved = [{ address: '198.51.100.1', mode: 'active' as const }]
  deepEqual(await traffic.set(moved, before.version), { result: 'done' })
  equal(await readFile(join(folder, '.env'), 'utf8'), `PROXY=${environment['NEW_URL'] ?? ''}\n`)
  equal((await readdir(join(folder, 'data', 'cutover-notes'))).length, 1)
  const after = await traffic.read(instant(0))
  deepEqual(
    after.members.map(({ address, mode }) => `${address} ${mode}`),
    ['192.0.2.1 draining', '192.0.2.2 draining', '198.51.100.1 active', '198.51.100.2 active'],
  )
  const back = [{ address: '198.51.100.1', mode: 'draining' as const }]
  deepEqual(await traffic.set(back, after.version), { result: 'done' })
  const single = [{ address: '192.0.2.1', mode: 'standby' as const }]
  equal((await traffic.set(single, (await traffic.read(instant(0))).version)).result, 'refused')
})

test('programs are called as they are written', async (t) => {
  const { open } = await openPlace(t)
  const says = `['sh', '-c', 'echo "{ \\"traffic\\": \\"both\\" }"']`
  const { traffic } = open(
    'allowlist: { org: http://127.0.0.1:1 }',
    `traffic: { command: { read: ${says}, move: ['false'], back: ['true'], ${pair} } }\nkeeper: { from: http://127.0.0.1:1, to: http://127.0.0.1:2 }`,
  )
  const { members, version } = await traffic.read(instant(0))
  deepEqual([...new Set(members.map(({ mode }) => mode))], ['active'])
  equal((await traffic.set([{ address: '198.51.100.1', mode: 'active' }], version)).result, 'refused')
  equal((await traffic.set([{ address: '192.0.2.1', mode: 'active' }], version)).result, 'done')
})
