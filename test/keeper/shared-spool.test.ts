/** P-26: two vaults over one folder of spools. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { aLease, exchangeInChild, readyForChildren } from './battlefield.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { answerOf } from './kill.ts'
import { openScene, type Scene } from './scene.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

const refusal = { op: 'statement', n: 1, times: 1_000_000, sqlContains: "stage = 'received'" } as const

type Two = { readonly spool: string; readonly ours: Scene; readonly theirs: Scene; readonly time: BentTime }

/** Both have a connection `canary` that was exchanged once, and a process of the first has died when its reply lay in the spool and not in the store. */
async function openTwo(t: TestContext): Promise<Two> {
  const spool = await mkdtemp(join(tmpdir(), 'spool-'))
  t.after(() => rm(spool, { recursive: true }))
  const time = bentTime()
  const scenes = await Promise.all([1, 2].map(() => openScene({ spool, environment: time.environment })))
  const [ours, theirs] = scenes
  ok(ours !== undefined && theirs !== undefined)
  t.after(async () => void (await Promise.all(scenes.map((each) => each[Symbol.asyncDispose]()))))
  for (const { keeper } of scenes) await keeper.verify('canary')
  await theirs.keeper.verify('canary')
  readyForChildren(ours)
  const dieAt = 'after refresh/replies.ts keepInSpool'
  const { died } = await exchangeInChild({ folder: ours.folder, id: 'canary', dieAt, inject: refusal, ahead: 0, spool })
  ok(died)
  time.ahead(aLease)
  return { spool, ours, theirs, time }
}

async function open({ time, spool }: Two, scene: Scene): Promise<Scene['keeper']> {
  return await scene.again({ environment: time.environment, spool })
}

async function proveKept(two: Two): Promise<void> {
  const grant = await newestGrant(two.ours.org)
  await (await open(two, two.theirs)).lookAfter()
  equal((await two.theirs.keeper.connection('canary'))?.generation, 3, 'the other one is as it was')
  const successor = await open(two, two.ours)
  await successor.lookAfter()
  equal(await answerOf(successor, 'canary'), 'token')
  equal((await successor.connection('canary'))?.generation, 3, 'the reply that lay there was taken in')
  deepEqual(await redemptionsOf(two.ours.org, grant), ['allowed', 'allowed'], 'and nothing was sent again')
}

describe('P-26: a reply in a spool that two vaults share', () => {
  test('is left alone by the one that it does not belong to', async (t) => await proveKept(await openTwo(t)))

  test('is found where it lay before each vault had a folder of its own', async (t) => {
    const two = await openTwo(t)
    const isLeft = (name: string): boolean => /^[0-9a-f]{32}$/.test(name)
    for (const vault of await readdir(two.spool))
      for (const name of (await readdir(join(two.spool, vault))).filter(isLeft))
        if ((await readdir(join(two.spool, vault, name))).length > 0)
          await rename(join(two.spool, vault, name), join(two.spool, name))
    await proveKept(two)
    deepEqual(
      (await readdir(two.spool)).filter((name) => !name.startsWith('vault-')),
      [],
    )
  })
})
