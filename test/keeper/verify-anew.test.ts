/** What `verify` tells is an exchange of now: an address is proved by it. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { aLease, exchangeInChild, readyForChildren } from './battlefield.ts'
import { bentTime } from './bent-time.ts'
import { openScene } from './scene.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

const refusal = { op: 'statement', n: 1, times: 1_000_000, sqlContains: "stage = 'received'" } as const

test('P-20, P-63: an earlier reply that lay in the spool is taken in, and is not told of as an exchange of now: there is another one', async (t) => {
  const spool = await mkdtemp(join(tmpdir(), 'spool-'))
  t.after(() => rm(spool, { recursive: true }))
  const time = bentTime()
  await using scene = await openScene({ spool, environment: time.environment })
  equal((await scene.keeper.verify('canary')).generation, 2)
  readyForChildren(scene)
  const grant = await newestGrant(scene.org)
  const dieAt = 'after refresh/replies.ts keepInSpool'
  const child = { folder: scene.folder, id: 'canary', dieAt, inject: refusal, ahead: 0, spool }
  ok((await exchangeInChild(child)).died)
  time.ahead(aLease)
  const successor = await scene.again({ environment: time.environment, spool })
  equal((await successor.verify('canary')).generation, 4)
  deepEqual(await redemptionsOf(scene.org, grant), ['allowed', 'allowed', 'allowed'])
  ok(scene.logged.some((line) => line.startsWith('keeper.reply-adopted')))
})
