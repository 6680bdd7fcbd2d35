/** A process that refreshes one connection over and over without a network: lease, journal, commit, as the keeper does. Says `ready`, waits for a line on its
 *  standard input, then `sent GENERATION` between the commit of that step and the next, until the connection has the generation that is wanted; then
 *  `done`. Arguments: folder, generation wanted. */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { writes } from '../../src/keeper/store/writes.ts'
import { migrations } from '../../src/keeper/store/migrations.ts'
import type { LeaseTaken } from '../../src/keeper/store/lease.ts'
import { openStorage } from '../../src/storage/open.ts'

const [folder = '', wanted = '0'] = process.argv.slice(2)
const key = { tenant: 'acme', id: 'canary' }

const storage = await openStorage({
  ...{ url: `sqlite:${folder}`, system: 'keeper', migrations, writes, sharing: 'several-processes' },
  writesModule: new URL('../../src/keeper/store/writes.ts', import.meta.url),
})
say('ready')
await once(process.stdin, 'data')
while (await refresh()) {
  // until the wanted generation is there
}
await storage.close()
say('done')
process.exit(0)

async function refresh(): Promise<boolean> {
  const lease = await storage.write('takeLease', { key, holder: String(process.pid), forMs: 60_000 })
  if (lease.kind !== 'committed') throw new Error(lease.kind)
  if (lease.value.kind === 'held') return true
  if (lease.value.kind === 'unknown') throw new Error('the connection is gone')
  const enough = lease.value.connection.generation >= Number(wanted)
  if (!enough) await exchange(lease.value)
  await storage.write('releaseLease', { key, fence: lease.value.fence })
  return !enough
}

async function exchange({ fence, connection: { generation } }: LeaseTaken): Promise<void> {
  const under = { key, fence, generation }
  const prepared = await storage.write('prepareAttempt', under)
  if (prepared.kind !== 'committed' || prepared.value.kind !== 'prepared') throw new Error('not prepared')
  const step = { ...under, attempt: prepared.value.attempt }
  await storage.write('markConnected', { ...step, leftFrom: null, egress: null })
  const sent = await storage.write('markSent', { ...step, tunnelEndsAt: null })
  if (sent.kind !== 'committed' || sent.value.kind !== 'marked') throw new Error('not sent')
  say(`sent ${generation}`)
  const sealed = new Uint8Array([generation % 256])
  await storage.write('appendReceived', { ...step, sealedReply: sealed })
  const next = {
    ...{ sealedRefresh: sealed, access: { sealed, issuedAt: 0, expiresAt: null } },
    state: { state: 'live', why: null, nextDueAt: null },
  }
  const outcome = await storage.write('commitExchange', { ...step, next, outcome: 'rotated' })
  if (outcome.kind !== 'committed' || outcome.value.kind !== 'committed') throw new Error('not stored')
}

/** Synchronous, so that what was said has left the process before anything else happens. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
