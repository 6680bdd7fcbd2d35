/** Programs of one's own move the traffic: the contract, with real programs. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { commands, type CommandsParts } from '../../../src/cutover/adapters/commands.ts'
import { runningProgram } from '../../../src/cutover/adapters/running-program.ts'
import { secret } from '../../../src/values/secret.ts'
import { instant, seconds } from '../../../src/values/time.ts'

const nobodyWaits = (): Promise<void> => Promise.reject(new Error('nothing runs that could be waited for'))
const node = (code: string, ...rest: readonly string[]): readonly string[] => [process.execPath, '-e', code, ...rest]
const reads = `const fs = require('node:fs'); process.stdout.write(fs.readFileSync(process.argv[1], 'utf8'))`
const writes = (side: string): string =>
  `let s = ''; process.stdin.on('data', (d) => s += d).on('end', () => { const fs = require('node:fs'); fs.writeFileSync(process.argv[1] + '.asked', s); fs.writeFileSync(process.argv[1], JSON.stringify({ traffic: '${side}', version: '2' })) })`

async function openPlace(t: TestContext, printed: string, more: Partial<CommandsParts> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'commands-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const state = join(folder, 'state')
  await writeFile(state, printed)
  const setting = commands({
    argv: { read: node(reads, state), move: node(writes('to'), state), back: node(writes('from'), state) },
    ...{ within: seconds(5), app: 'Nightly_Sync' },
    urls: { from: secret('http://u:old-word@old:1'), to: secret('http://u:new-word@new:1') },
    addresses: { from: ['192.0.2.1'], to: ['198.51.100.1'] },
    running: runningProgram(join(folder, 'running'), nobodyWaits),
    ...more,
  })
  return { setting, state }
}

test('a program says where traffic goes, another moves it and is told what it needs on its standard input', async (t) => {
  const { setting, state } = await openPlace(t, '{ "traffic": "from" }\n')
  deepEqual(await setting.read(), { at: 'from', version: 'from', usedAt: new Map() })
  deepEqual(await setting.move('to', 'from'), { result: 'done' })
  deepEqual(await setting.read(), { at: 'to', version: '2', usedAt: new Map() })
  deepEqual(JSON.parse(await readFile(`${state}.asked`, 'utf8')), {
    app: 'Nightly_Sync',
    from: { url: 'http://u:old-word@old:1', addresses: ['192.0.2.1'] },
    to: { url: 'http://u:new-word@new:1', addresses: ['198.51.100.1'] },
    expects: 'from',
  })
  deepEqual(await setting.move('from', '2'), { result: 'done' })
  equal((await setting.read()).at, 'from')
})

test('it may say when something last left from an address', async (t) => {
  const used = '{ "traffic": "both", "lastUsed": { "192.0.2.1": "2026-11-21T10:00:00Z" } }'
  const { setting } = await openPlace(t, used)
  deepEqual((await setting.read()).usedAt, new Map([['192.0.2.1', instant('2026-11-21T10:00:00Z')]]))
})

test('what is printed against the contract is told with what was expected', async (t) => {
  for (const [printed, words] of [
    ['', /printed no \{ "traffic": "from" \}/],
    ['{ "traffic": "old" }', /printed no \{ "traffic": "from" \}/],
    ['{ "traffic": "to", "lastUsed": { "192.0.2.1": "soon" } }', /lastUsed of 192\.0\.2\.1 that is no time/],
    ['{ "traffic": "to", "lastUsed": { "nowhere": "2026-11-21" } }', /"nowhere", which is no address/],
  ] as const)
    await rejects((await openPlace(t, printed)).setting.read(), words)
})

test('its exit says whether it was done: 3 is that somebody else has changed it, any other is no', async (t) => {
  const exits = async (code: number) => {
    const move = node(`console.error('because of http://u:new-word@new:1'); process.exit(${code})`)
    return await (await openPlace(t, '', { argv: { read: [], move, back: [] } })).setting.move('to', 'x')
  }
  equal((await exits(3)).result, 'stale')
  const refused = await exits(1)
  equal(refused.result, 'refused')
  match(refused.why ?? '', /ended with 1: because of \[secret\]$/)
  ok(!/word/.test(refused.why ?? ''))
})

test('one that cannot be started has changed nothing; of one that is cut off nobody knows', async (t) => {
  const at = async (move: readonly string[]) =>
    await (await openPlace(t, '', { argv: { read: [], move, back: [] }, within: seconds(0.3) })).setting.move('to', 'x')
  const missing = await at(['/does/not/exist'])
  deepEqual([missing.result, /did not start: there is no such program/.test(missing.why ?? '')], ['refused', true])
  const hangs = await at(['sleep', '100'])
  deepEqual([hangs.result, /did not end within 300 ms/.test(hangs.why ?? '')], ['unknown', true])
})

test('P-64: after a takeover its longest time is waited out, since nobody prevents what is about to be started', async (t) => {
  const { setting, state } = await openPlace(t, '{ "traffic": "from" }')
  ok(typeof setting.invalidate === 'object')
  equal(setting.invalidate.longestCall, seconds(5))
  deepEqual(await setting.move('to', 'from'), { result: 'done' })
  deepEqual(await setting.invalidate.first?.(), { result: 'done' }, 'nothing runs')
  equal((await readFile(state, 'utf8')).includes('"to"'), true)
})
