/** What whoever takes the lease finds of earlier attempts: a reply that nobody has adopted, an attempt that was sent and has no reply, and what was
 *  never sent (P-20, P-21). */
import { instant, type Instant } from '../../values/time.ts'
import { outcomeOf } from '../rules/outcome.ts'
import type { StoredAttempt } from '../store/attempt-row.ts'
import { exchangedOfBytes } from './read-reply.ts'
import { lockOf, type ExchangeParts, type Held } from './parts.ts'
import { settle, type Judged, type Settled } from './settle.ts'

export type Found =
  /** Nothing stands in the way of another attempt. */
  | { readonly kind: 'clear' }
  /** A reply was there, and this is what it said. */
  | { readonly kind: 'adopted'; readonly settled: Settled }
  /** The journal has a reply more than it had when the lease was taken. */
  | { readonly kind: 'look-again' }
  /** It may still be on its way, and nobody may send before it cannot be any more. */
  | { readonly kind: 'on-its-way'; readonly until: Instant }
  | { readonly kind: 'in-doubt' }

export async function dealWithOpen(parts: ExchangeParts, held: Held): Promise<Found> {
  const { connection, open } = held
  const mine = open.filter(({ generation }) => generation === connection.generation)
  for (const attempt of open) if (!mine.includes(attempt)) await closeForeign(parts, held, attempt)
  for (const attempt of mine) {
    if (attempt.sealedReply === null) continue
    return { kind: 'adopted', settled: await adopt(parts, held, { attempt, sealed: attempt.sealedReply }) }
  }
  let doubtful = false
  for (const attempt of mine) {
    if (attempt.stage !== 'sent') {
      // its lease is over, so it can get no further: the next step would be fenced
      await settle(parts, judgedOf(held, attempt), {
        kind: 'not-sent',
        why: 'its process ended before it had sent anything',
      })
      continue
    }
    // its process may have left the reply in the spool; then the journal has it now
    if ((await parts.replies.adoptLeftovers()) > 0) return { kind: 'look-again' }
    if (attempt.outcome === null)
      await settle(parts, judgedOf(held, attempt), { kind: 'in-doubt', why: 'its process ended before an answer came' })
    const until = onItsWayUntil(parts, attempt)
    if (until > parts.clock()) return { kind: 'on-its-way', until }
    doubtful = true
  }
  return doubtful || connection.state === 'in-doubt' ? { kind: 'in-doubt' } : { kind: 'clear' }
}

/** P-21: where the gateway cuts the tunnel, until then; where nobody does, for as long as a server may take. */
function onItsWayUntil({ settings }: ExchangeParts, { tunnelEndsAt, sentAt, preparedAt }: StoredAttempt): Instant {
  return instant(tunnelEndsAt ?? (sentAt ?? preparedAt) + settings.settle)
}

const judgedOf = (held: Held, { attempt, leftFrom, egress, sealedReply }: StoredAttempt): Judged => ({
  ...{ held, attempt, leftFrom, egress, replied: sealedReply !== null, sentBefore: true },
})

/** The whole reply lies there, or what had come of it when its process ended. */
async function adopt(
  parts: ExchangeParts,
  held: Held,
  { attempt, sealed }: { readonly attempt: StoredAttempt; readonly sealed: Uint8Array },
): Promise<Settled> {
  const lock = lockOf(held.connection, { purpose: 'reply', generation: attempt.generation, attempt: attempt.attempt })
  const raw = await parts.envelope.open(sealed, lock)
  const outcome = outcomeOf(exchangedOfBytes(raw))
  raw.fill(0)
  parts.log.warn('keeper.reply-adopted', { ...held.key, attempt: attempt.attempt, outcome: outcome.kind })
  return await settle(parts, judgedOf(held, attempt), outcome)
}

/** Of a token that was replaced since: what it brought belongs to a family that was given up (L-50, L-57). */
async function closeForeign({ storage }: ExchangeParts, { key, fence }: Held, found: StoredAttempt): Promise<void> {
  const { generation, attempt, sealedReply } = found
  await storage.write('closeAttempt', {
    ...{ key, fence, generation, attempt, outcome: 'of-a-replaced-token' },
    ...{ sawReply: sealedReply !== null, eraseReply: false },
  })
}
