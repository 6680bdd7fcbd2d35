/** A whole cutover by an environment file and two proxies that pin nothing, with real sockets. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { orgAllowlist } from '../../../src/cutover/adapters/org-allowlist.ts'
import type { CutoverPorts } from '../../../src/cutover/ports.ts'
import { days, instant } from '../../../src/values/time.ts'
import { openScene, plan, runOnce, type Scene } from './scene.ts'

const portsOf = ({ adminApi, canary, traffic }: Scene): CutoverPorts => ({
  lists: [{ allowlist: orgAllowlist(adminApi, 'Test_App'), canary }],
  ...{ traffic, lookBack: days(30) },
})

test('P-60: an environment file moves from one proxy to another without one failed redemption, and back', async (t) => {
  const scene = await openScene(t)
  const ports = portsOf(scene)
  const stop = new AbortController()
  const loaded = scene.load(stop.signal)
  const begun = await scene.cutovers.begin(plan, ports)
  ok(begun.kind === 'begun')
  const { id } = begun
  equal(await runOnce(scene, id, ports), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
  const { rows } = await orgAllowlist(scene.adminApi, 'Test_App').read()
  equal(rows.length, 2)
  equal(await readFile(scene.file, 'utf8'), `# the proxy\nQUOTAGUARDSTATIC_URL='${scene.fresh.url}'\n`)
  const view = await scene.cutovers.view(id)
  const told = JSON.stringify(view?.entries)
  match(told, /8 calls: 127\.0\.0\.21 4 times, 127\.0\.0\.22 4 times/)
  match(told, /a redemption from 127\.0\.0\.22, says the login history/)
  ok(!told.includes('word'), 'no password in the journal')
  await scene.cutovers.ask(id, 'rollback')
  match(await runOnce(scene, id, ports), /^rolled-back/)
  match(await readFile(scene.file, 'utf8'), new RegExp(`='${scene.old.url}'`))
  stop.abort()
  const { good, bad } = await loaded
  deepEqual(bad, [])
  ok(good > 20, `only ${good} redemptions went through`)
  t.diagnostic(`${good} redemptions, none failed`)
})

test('SF-281: a new proxy of which one address alone is seen moves nothing and adds nothing', async (t) => {
  const scene = await openScene(t)
  const ports = portsOf(scene)
  scene.fresh.leaveBy('127.0.0.21')
  const begun = await scene.cutovers.begin(plan, ports)
  ok(begun.kind === 'begun')
  match(await runOnce(scene, begun.id, ports), /^halted: Nobody can tell whether it works/)
  equal((await orgAllowlist(scene.adminApi, 'Test_App').read()).rows.length, 2)
  match(await readFile(scene.file, 'utf8'), new RegExp(`='${scene.old.url}'`))
})

test('P-63: who still redeems by the old proxy is named, and nothing is removed before somebody lets them go', async (t) => {
  const scene = await openScene(t)
  const ports = portsOf(scene)
  const straggler = await scene.canary.redeem('127.0.0.11') // the canary's grant will redeem again, and one that the file does not reach will not
  equal(straggler.result, 'success')
  const begun = await scene.cutovers.begin(plan, ports)
  ok(begun.kind === 'begun')
  await scene.load(AbortSignal.timeout(300)) // of the customer, by the old proxy: it is off while the file changes
  match(await runOnce(scene, begun.id, ports), /^release: Not heard of since the traffic moved: .*grant/)
  equal((await orgAllowlist(scene.adminApi, 'Test_App').read()).rows.length, 4, 'both sets: the safe state')
  await scene.load(AbortSignal.timeout(300))
  match(await runOnce(scene, begun.id, ports), /^done/)
  const { members, strangers } = await ports.traffic.read(instant(0))
  equal(strangers, 'unknown')
  deepEqual([...new Set(members.map(({ tunnels, up }) => `${tunnels} ${up}`))], ['unknown unknown'])
})
