/** Pausing a connection here, so that another keeper may use it; and ending the pause. */
import { after, instant, seconds } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { KeeperError } from '../keeper-error.ts'
import type { NotExported } from '../move-face.ts'
import { lotOf } from '../refresh/lot.ts'
import type { ExchangeParts } from '../refresh/parts.ts'
import { refresh } from '../refresh/refresh.ts'
import { heartbeatAt } from '../rules/due.ts'
import type { StoredConnection } from '../store/connection-row.ts'
import { findHandedOver } from '../store/moving.ts'

/** How long an exchange that is under way is waited for. */
const patience = seconds(45)

/** Undefined once it is paused: nothing is under way, and what an exchange that died had left is stored. */
export async function handOver(parts: ExchangeParts, key: ConnectionKey, to: string): Promise<NotExported | undefined> {
  const not = (why: string, next: string): NotExported => ({ ...key, why, next })
  const again = 'Export once more, into another file, with --handed-over-too.'
  const patienceUntil = after(parts.clock(), patience)
  const done = await refresh(parts, { key, when: { kind: 'never' }, patienceUntil })
  if (done.kind === 'unknown') return not('it has just been removed', 'Nothing is to be done.')
  if (done.kind === 'refused-to-send') return not(done.why, again)
  if (done.kind === 'in-doubt') return not('its token is on its way to the org, and may be spent', again)
  const { storage, settings } = parts
  const lease = await storage.write('takeLease', { key, holder: settings.holder, forMs: settings.terms.lease })
  if (lease.kind !== 'committed' || lease.value.kind !== 'taken') return not('somebody is exchanging it', again)
  const { fence, connection, open } = lease.value
  try {
    if (open.some(({ sealedReply, outcome }) => sealedReply !== null || outcome === null))
      return not('an exchange of it has ended just now', again)
    const result = await storage.write('handOver', { key, fence, generation: connection.generation, to })
    if (result.kind === 'committed' && result.value.kind === 'handed-over') return undefined
    return not('the store did not take that it is handed over', again)
  } finally {
    await storage.write('releaseLease', { key, fence })
  }
}

/** How many. */
export async function takeBackExport(parts: ExchangeParts, to: string): Promise<number> {
  for (let count = 0; ;) {
    const found = await parts.storage.read(() => findHandedOver(to, 500))
    if (found.length === 0) return count
    for (const each of found) if (await takeBack(parts, each)) count += 1
  }
}

/** False where it was not handed over. */
export async function takeBack(parts: ExchangeParts, connection: StoredConnection): Promise<boolean> {
  const { key } = connection
  const result = await parts.storage.write('takeBack', { key, nextDueAt: dueAfterPause(parts, connection) })
  if (result.kind === 'committed') return result.value
  throw new KeeperError('NOT_SENT', `The store did not take that ${key.id} is taken back.`, { next: ['Do it again.'] })
}

/** What was in trouble is looked at soon, and what was well when its time comes. */
export function dueAfterPause(
  { clock, settings }: Pick<ExchangeParts, 'clock' | 'settings'>,
  of: Pick<StoredConnection, 'key' | 'state' | 'lastExchangeAt' | 'createdAt'>,
): number | null {
  if (of.state === 'reauthorization-required') return null
  if (of.state !== 'alive') return clock()
  return heartbeatAt(instant(of.lastExchangeAt ?? of.createdAt), lotOf(of.key), settings.heartbeat)
}
