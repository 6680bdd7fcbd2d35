import { deepEqual, equal } from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { freshFolder, startSpool } from './spool-process.ts'

describe('a spool that several processes share', () => {
  test('P-26: a reply that was kept is found after a kill, and not before; one that was only awaited is not', async (t) => {
    const folder = join(await freshFolder(t), 'spool')
    const [killed, living] = await Promise.all([startSpool(t, { folder }), startSpool(t, { folder })])
    for (const command of ['reserve 1', 'keep 1 700', 'reserve 2']) await killed.ask(command)
    await living.ask('reserve 3')
    await living.ask('keep 3 800')
    deepEqual(await living.ask('found'), [])
    await killed.kill()
    deepEqual(await living.ask('found'), [{ attempt: 1, bytes: 700 }])
    await living.kill()
    const next = await startSpool(t, { folder })
    deepEqual(
      ((await next.ask('found')) as { attempt: number }[]).map(({ attempt }) => attempt).toSorted((a, b) => a - b),
      [1, 3],
    )
  })

  test('P-26: a kill at every step leaves either what was kept or nothing, and no folder that nobody needs', async (t) => {
    const steps = ['reserve 1', 'keep 1 700', 'release 1', 'reserve 2', 'keep 2 900', 'close']
    const left = [
      [],
      [],
      [{ attempt: 1, bytes: 700 }],
      [],
      [],
      [{ attempt: 2, bytes: 900 }],
      [{ attempt: 2, bytes: 900 }],
    ]
    const folder = await freshFolder(t)
    for (const [after, expected] of left.entries()) {
      const place = join(folder, String(after))
      const process = await startSpool(t, { folder: place })
      for (const step of steps.slice(0, after)) await process.ask(step)
      await process.kill()
      const next = await startSpool(t, { folder: place })
      deepEqual(await next.ask('found'), expected, `killed after step ${after}`)
      equal(await next.ask('close'), 'closed')
      const folders = (await readdir(place)).filter((name) => !name.includes('.'))
      equal(folders.length, expected.length, `killed after step ${after}`)
    }
  })

  test('P-26: a lock that somebody deletes costs no reply, though another process then takes the place for a dead one’s', async (t) => {
    const folder = join(await freshFolder(t), 'spool')
    const [one, other] = await Promise.all([startSpool(t, { folder }), startSpool(t, { folder })])
    await one.ask('reserve 1')
    for (const name of await readdir(folder)) if (name.endsWith('.lock')) await rm(join(folder, name))
    deepEqual(await other.ask('found'), [])
    equal(await one.ask('keep 1 700'), 'kept')
    await one.kill()
    await other.kill()
    deepEqual(await (await startSpool(t, { folder })).ask('found'), [{ attempt: 1, bytes: 700 }])
  })
})
