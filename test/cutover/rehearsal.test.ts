/** What a rehearsal is made of: who plays which address, what the copy is, how faults strike. The whole of it, with each fault, is rehearsal.long.ts. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bentTime } from '../../src/cli/cutover/rehearsal/bent-time.ts'
import { copyApps } from '../../src/cli/cutover/rehearsal/copy.ts'
import { bendPorts } from '../../src/cli/cutover/rehearsal/faults.ts'
import { standInsFor } from '../../src/cli/cutover/rehearsal/stand-ins.ts'
import { exitOf } from '../../src/cli/cutover/exit-code.ts'
import type { CutoverPorts } from '../../src/cutover/ports.ts'
import { writeRows, type ListRows } from '../../src/cutover/rules/list-change.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import { systemEnvironment } from '../../src/system.ts'
import { minutes } from '../../src/values/time.ts'
import { emptyFolder, sallyport } from '../cli/command.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function rowsOf(...texts: readonly string[]): ListRows {
  const parsed = parseAllowlist(
    texts.map((text) => {
      const [start = '', end = start] = text.split(' - ')
      return { start, end }
    }),
  )
  if (!parsed.ok) throw new Error('no list')
  return parsed.value.rows
}

describe('who plays which address', () => {
  const addresses = ['203.0.113.5', '203.0.113.4', '198.51.100.1', '2001:db8::1']

  test('neighbours are played by neighbours, so that a range of them stays one', () => {
    const { rows, of } = standInsFor(addresses)
    deepEqual(
      writeRows(rows(rowsOf('203.0.113.4 - 203.0.113.5', '2001:db8::1', '192.0.2.7'))).map(({ start, end }) => [
        start,
        end,
      ]),
      [
        [of('203.0.113.4'), of('203.0.113.5')],
        [of('2001:db8::1'), of('2001:db8::1')],
        ['192.0.2.7', '192.0.2.7'],
      ],
    )
    ok(addresses.every((each) => of(each).startsWith('127.90.0.')))
    equal(new Set(addresses.map(of)).size, 4)
  })

  test('in what is said each is called by the address that it plays', () => {
    const { named, of } = standInsFor(['198.51.100.1', '198.51.100.10'])
    const said = `${of('198.51.100.10')}, ${of('198.51.100.1')}: 127.0.0.1`
    equal(named(said), '198.51.100.10, 198.51.100.1: 127.0.0.1')
  })

  test('one that is dead is played by an address that no machine has', () =>
    equal(standInsFor(['198.51.100.1', '198.51.100.2'], '198.51.100.2').of('198.51.100.2'), '192.0.2.254'))
})

test('whoever waits is let go at once, and it is as late as if they had waited', async () => {
  const { environment, wait } = bentTime(systemEnvironment(quiet))
  const [began, reallyBegan] = [environment.clock(), performance.now()]
  await wait(minutes(15))
  ok(environment.clock() - began >= minutes(15))
  ok(performance.now() - reallyBegan < 5000)
})

test('the copy has the list and the policies of the app, and keys of its own', () => {
  const seen = {
    globalOauthSettings: { consumerKey: 'the real one', isRefreshTokenRotationEnabled: true, isPkceRequired: true },
    oauthConfigurablePolicies: { refreshTokenPolicyType: 'Infinite' },
  }
  const wish = { name: 'Nightly', rows: rowsOf('192.0.2.1'), isEnforced: true, seen }
  const copy = copyApps([wish], systemEnvironment(quiet).random)
  equal(copy.isWhole, true)
  const text = JSON.stringify(copy.file)
  match(text, /"startIpAddress":"192\.0\.2\.1"/)
  match(text, /"isRefreshTokenRotationEnabled":true/)
  equal(text.includes('the real one'), false)
  equal(
    copyApps([{ ...wish, seen: { globalOauthSettings: { isPkceRequired: 'yes' } } }], systemEnvironment(quiet).random)
      .isWhole,
    false,
  )
})

test('two apps are copied into one org, each with keys of its own', () => {
  const wish = (name: string) => ({ name, rows: rowsOf('192.0.2.1'), isEnforced: true, seen: undefined })
  const { apps, file } = copyApps([wish('Nightly'), wish('Old_App')], systemEnvironment(quiet).random)
  deepEqual(
    apps.map(({ name }) => name),
    ['Nightly', 'Old_App'],
  )
  equal(new Set(apps.map(({ consumerKey }) => consumerKey)).size, 2)
  for (const { consumerKey } of apps) ok(JSON.stringify(file).includes(consumerKey))
})

test('an address that is not registered is shown in the list, and never gets into it', async () => {
  let stored = rowsOf('192.0.2.1')
  const nobody = (): never => {
    throw new Error('not asked')
  }
  const allowlist = {
    read: async () => await Promise.resolve({ rows: stored, version: '1', isEnforced: true }),
    save: async (rows: ListRows) => await Promise.resolve(((stored = rows), { result: 'done' as const })),
    ...{ invalidate: nobody, redeemers: nobody, redemptions: nobody },
  }
  const canary = { redeem: nobody }
  const traffic = { read: nobody, set: nobody, invalidate: nobody, probe: nobody }
  const ports: CutoverPorts = { lists: [{ allowlist, canary }], traffic, lookBack: minutes(1) }
  const place = { stage: undefined as never, app: 'Nightly', lastOfNew: '198.51.100.2' }
  const bent = bendPorts(ports, ['address-not-registered'], place).lists[0]?.allowlist
  await bent?.save(rowsOf('192.0.2.1', '198.51.100.1', '198.51.100.2'), '1')
  equal(stored.length, 2)
  equal((await bent?.read())?.rows.length, 3)
})

test('a fault that there is not is refused with those that there are', async (t) => {
  const { code, stderr } = await sallyport(['cutover', 'rehearse', 'f.yaml', '--fault', 'flood'], {
    cwd: await emptyFolder(t),
  })
  equal(code, 2)
  match(stderr, /^"flood" is no fault that can be rehearsed\.$/m)
  match(stderr, /^Try: --fault list-edited: somebody else adds a range/m)
})

test('each end of a run has the exit code that the guide explains', () => {
  const ended = (how: 'done' | 'rolled-back' | 'halted' | 'aborted') => exitOf({ kind: 'ended', how, instruction: '' })
  deepEqual([ended('done'), ended('rolled-back'), ended('halted'), ended('aborted')], [0, 4, 5, 5])
  const waiting = { kind: 'waiting', question: '', answer: 'release', about: 'hold', names: [] } as const
  deepEqual([exitOf({ kind: 'stopped' }), exitOf(waiting)], [3, 3])
})
