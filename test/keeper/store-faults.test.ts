/** The store fails at each step of an exchange, by each of its calls in the long form. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { bentTime } from './bent-time.ts'
import { breakEverywhere, wrongInStore, type Trouble } from './broken-store.ts'
import { openScene } from './scene.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

const troubles: Readonly<Record<string, Trouble>> = {
  'that is full from a step on': { ops: ['begin'], errcode: 13, lasts: 'on' },
  'that is read-only from a step on': { ops: ['begin'], errcode: 8, lasts: 'on' },
  'of which one commit fails': { ops: ['commit'], errcode: 13, lasts: 'once' },
}

describe('P-26, L-44, L-45: a store', () => {
  for (const [sentence, trouble] of Object.entries(troubles))
    test(`${sentence} refuses before it spends, or holds the reply until it is mended`, async (t) => {
      const found = await breakEverywhere(trouble)
      t.diagnostic(found.map(({ n, now, seen }) => `${n}: ${now}${seen.length === 0 ? ', not sent' : ''}`).join('; '))
      ok(found.length >= 6, `${found.length} steps`)
      deepEqual(
        found.flatMap((each) => wrongInStore(each) ?? []),
        [],
      )
      ok(found.some(({ seen }) => seen.length === 0) && found.some(({ seen }) => seen.length === 1))
    })

  test('P-20: that gives up loses no reply', async () => {
    const found = await breakEverywhere({ ops: ['commit'], errcode: 1034, lasts: 'on' })
    ok(found.filter(({ gaveUp }) => gaveUp).length > 3, 'it gave up')
    deepEqual(
      found.flatMap((each) => wrongInStore(each) ?? []),
      [],
    )
  })
})

describe('a store whose files are gone', () => {
  const names = ['keeper.db', 'keeper.db-wal', 'keeper.db-shm']
  const move = (from: string, to: string): void => {
    for (const name of names) renameSync(join(from, name), join(to, name))
  }

  test('L-45: lets nothing be spent, and all is well when they are back', async () => {
    await using scene = await openScene()
    const grant = await newestGrant(scene.org)
    const elsewhere = await mkdtemp(join(scene.folder, 'elsewhere-'))
    move(scene.folder, elsewhere)
    await rejects(scene.keeper.accessToken('canary'), /keeper.db was deleted or replaced/)
    deepEqual(await redemptionsOf(scene.org, grant), [])
    move(elsewhere, scene.folder)
    equal((await scene.keeper.accessToken('canary')).generation, 2)
  })

  test('P-26, L-44: while the reply is on its way, cost no reply: it is held until they are back', async () => {
    const time = bentTime('thread')
    await using scene = await openScene({ environment: time.environment })
    const grant = await newestGrant(scene.org)
    const elsewhere = await mkdtemp(join(scene.folder, 'elsewhere-'))
    scene.org.faults.add({ kind: 'delay', for: 300, when: 'after-commit' }, { times: 1 })
    const asked = rejects(scene.keeper.accessToken('canary'), /does not take the reply/)
    while ((await redemptionsOf(scene.org, grant)).length === 0) await turn()
    move(scene.folder, elsewhere)
    await asked
    move(elsewhere, scene.folder)
    time.ahead(61_000) // it could not release its lease
    const stored = async (): Promise<boolean> =>
      (await scene.keeper.accessToken('canary').catch(() => undefined)) !== undefined
    while (!(await stored())) await turn()
    equal((await scene.keeper.connection('canary'))?.generation, 2)
    deepEqual(await redemptionsOf(scene.org, grant), ['allowed'])
  })
})

describe('P-25, P-26: a store that gives up in a process that goes on', () => {
  test('leaves the reply to another process, which sends nothing again', async (t) => {
    const time = bentTime('thread')
    await using scene = await openScene({ environment: time.environment })
    let gaveUp = 0
    for (let n = 1; ; n += 1) {
      const id = `canary-${n}`
      await scene.adopt(id)
      const grant = await newestGrant(scene.org)
      const fault = Promise.withResolvers<'gave up'>()
      const inject = { op: 'commit', n, errcode: 1034 } as const
      const broken = await scene
        .again({
          onFault: () => fault.resolve('gave up'),
          environment: { ...time.environment, openStorage: (o) => time.environment.openStorage({ ...o, inject }) },
        })
        .catch(() => undefined)
      if (broken === undefined) continue // at its start
      const end = await Promise.race([
        broken.verify(id).then(
          () => 'token' as const,
          () => fault.promise,
        ),
        fault.promise,
      ])
      if (end === 'token') break
      gaveUp += 1
      time.ahead(time.by() + 61_000)
      const { generation } = await scene.keeper.accessToken(id)
      deepEqual([generation, await redemptionsOf(scene.org, grant)], [2, ['allowed']], `commit ${n}`)
      await rejects(broken.verify(id), /closed/)
    }
    t.diagnostic(`${gaveUp} commits`)
    equal(gaveUp > 4, true)
  })
})

describe('a keeper that is closed', () => {
  test('P-20: waits for the reply that is on its way, and keeps it', async () => {
    await using scene = await openScene()
    const grant = await newestGrant(scene.org)
    scene.org.faults.add({ kind: 'delay', for: 300, when: 'after-commit' }, { times: 1 })
    const leaving = await scene.again()
    const asked = leaving.verify('canary').then(
      () => 'token',
      () => 'refused',
    )
    while ((await redemptionsOf(scene.org, grant)).length === 0) await turn()
    await leaving.close()
    await asked
    equal((await scene.keeper.accessToken('canary')).generation, 2)
    deepEqual(await redemptionsOf(scene.org, grant), ['allowed'])
  })
})
