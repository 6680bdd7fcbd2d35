/** A whole cutover by an environment file and two proxies that pin nothing, with real sockets. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { orgAllowlist } from '../../../src/cutover/adapters/org-allowlist.ts'
import type { CutoverPorts } from '../../../src/cutover/ports.ts'
import { days, instant } from '../../../src/values/time.ts'
import { openScene, plan, runOnce } from './scene.ts'

test('P-60: an environment file moves from one proxy to another without one failed redemption, and back', async (t) => {
  const scene = await openScene(t)
  const { adminApi, canary, traffic, cutovers, file, old, fresh } = scene
  const allowlist = orgAllowlist(adminApi, 'Test_App')
  const ports: CutoverPorts = { lists: [{ allowlist, canary }], traffic, lookBack: days(30) }
  const rows = async (): Promise<number> => (await allowlist.read()).rows.length
  const stop = new AbortController()
  const loaded = scene.load(stop.signal)
  const begun = await cutovers.begin(plan, ports)
  ok(begun.kind === 'begun')
  const run = async (): Promise<string> => await runOnce(scene, begun.id, ports)

  fresh.leaveBy('127.0.0.21')
  match(await run(), /^halted: Nobody can tell whether it works/, 'SF-281: one of the pair is not seen')
  deepEqual([await rows(), await readFile(file, 'utf8')], [2, `# the proxy\nQUOTAGUARDSTATIC_URL='${old.url}'\n`])

  fresh.leaveBy(...plan.to)
  await scene.redeem('straggler', 'from')
  match(
    await run(),
    /^release: Not heard of since the traffic moved: .*grant/,
    'P-63: one that the file has not reached',
  )
  deepEqual([await rows(), await readFile(file, 'utf8')], [4, `# the proxy\nQUOTAGUARDSTATIC_URL='${fresh.url}'\n`])
  const { members, strangers } = await traffic.read(instant(0))
  equal(strangers, 'unknown')
  deepEqual(
    [...new Set(members.map(({ tunnels, up }) => `${tunnels} ${up}`))],
    ['unknown unknown'],
    'and is not made up',
  )

  await scene.redeem('straggler', 'to')
  equal(await run(), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
  equal(await rows(), 2)
  const told = JSON.stringify((await cutovers.view(begun.id))?.entries)
  match(told, /8 calls: 127\.0\.0\.21 4 times, 127\.0\.0\.22 4 times/)
  match(told, /a redemption from 127\.0\.0\.22, says the login history/)
  ok(!told.includes('word'), 'no password in the journal')

  await cutovers.ask(begun.id, 'rollback')
  match(await run(), /^rolled-back/)
  match(await readFile(file, 'utf8'), new RegExp(`='${old.url}'`))
  stop.abort()
  const { good, bad } = await loaded
  deepEqual(bad, [])
  ok(good > 10, `only ${good} redemptions went through`)
  t.diagnostic(`${good} redemptions, none failed`)
})
