/** Tells one webhook of what happens: one delivery at a time over all processes of the vault. */
import type { Storage, WriteResult } from '../../storage/storage.ts'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import type { Log } from '../log.ts'
import { messageOf } from '../rules/event-message.ts'
import type { Delivered } from '../rules/webhook-retry.ts'
import type { Claimed, Delivery, SettleDelivery } from '../store/deliveries.ts'
import { webhookHasWork, type WebhookKey } from '../store/webhooks.ts'
import type { KeeperWrites } from '../store/writes.ts'
import { postOnce, type PostMeans } from './post.ts'
import { headersOf, idOf } from './signed.ts'
import type { Webhook } from './wish.ts'

export type TellerParts = {
  readonly storage: Storage<KeeperWrites>
  readonly clock: Clock
  readonly random: RandomBytes
  readonly log: Log
  /** Names this process for people. */
  readonly holder: string
  readonly post: PostMeans
  readonly terms: TellerTerms
  /** Told of each attempt that came to an end by the receiver. */
  readonly countEnd: (end: 'delivered' | 'failed') => void
}

export type TellerTerms = {
  /** Longer than an attempt may take. */
  readonly lease: number
  /** How long an attempt may go on when the keeper closes. */
  readonly grace: number
}

export type Teller = {
  readonly key: WebhookKey
  /** Delivers what is due; resolves with how many attempts were made. */
  readonly round: () => Promise<number>
  /** The same where there is something, unless that is under way already. Never rejects. */
  readonly look: () => Promise<void>
  readonly close: () => Promise<void>
}

export function openTeller(parts: TellerParts, webhook: Webhook): Teller {
  const { terms, log, storage } = parts
  const stopping = new AbortController()
  const breaking = new AbortController()
  let looking = false
  let running: Promise<number> = Promise.resolve(0)
  const round = (): Promise<number> => {
    const next = running.then(() => tellAll(parts, webhook, { stop: stopping.signal, breakOff: breaking.signal }))
    running = next.catch(() => 0)
    return next
  }
  return {
    ...{ key: webhook.key, round },
    async look() {
      if (looking || stopping.signal.aborted) return
      looking = true
      try {
        if (await storage.read(() => webhookHasWork(webhook.key))) await round()
      } catch (cause) {
        log.error('keeper.webhook-round-failed', { ...webhook.key, cause: String(cause) })
      } finally {
        looking = false
      }
    },
    async close() {
      stopping.abort()
      const timer = setTimeout(() => breaking.abort(), terms.grace)
      await running
      clearTimeout(timer)
    },
  }
}

type Signals = { readonly stop: AbortSignal; readonly breakOff: AbortSignal }

async function tellAll(parts: TellerParts, webhook: Webhook, signals: Signals): Promise<number> {
  for (let made = 0; ;) {
    if (signals.stop.aborted) return made
    const claimed = await claim(parts, webhook)
    if (claimed.kind === 'again') continue
    if (claimed.kind !== 'claimed') return made
    await tell(parts, webhook, { ...claimed, signals })
    made += 1
  }
}

async function claim({ storage, holder, terms, random }: TellerParts, { key, kinds }: Webhook): Promise<Claimed> {
  const [byte = 0] = random(1)
  return committed(await storage.write('claimDelivery', { key, holder, forMs: terms.lease, kinds, lot: byte / 255 }))
}

function committed<T>(result: WriteResult<T>): T {
  if (result.kind === 'committed') return result.value
  throw new Error(result.kind === 'dropped' ? `the write was dropped: ${result.why}` : result.cause.message)
}

type Telling = { readonly fence: number; readonly delivery: Delivery; readonly signals: Signals }

async function tell(parts: TellerParts, webhook: Webhook, { fence, delivery, signals }: Telling): Promise<void> {
  const { key } = webhook
  const { tenant } = key
  const id = idOf(tenant, delivery)
  const body = JSON.stringify(messageOf({ ...delivery, id, tenant }))
  const delivered = await deliver(parts, webhook, { id, body, signal: signals.breakOff })
  const end = endOf(delivered, signals.breakOff.aborted)
  const settled = committed(
    await parts.storage.write('settleDelivery', { key, fence, sequence: delivery.sequence, end }),
  )
  const about = { ...key, id, connection: delivery.connection, kind: delivery.kind, attempts: delivery.attempts }
  if (end.kind !== 'broken-off') parts.countEnd(end.kind === 'taken' ? 'delivered' : 'failed')
  if (end.kind === 'taken') parts.log.info('keeper.webhook-delivered', about)
  else if (end.kind === 'broken-off') parts.log.info('keeper.webhook-broken-off', about)
  else if (settled.kind === 'gave-up') parts.log.error('keeper.webhook-gave-up', { ...about, why: end.why })
  else if (settled.kind === 'disabled') parts.log.error('keeper.webhook-disabled', { ...about, why: end.why })
  else parts.log.warn('keeper.webhook-failed', { ...about, why: end.why })
}

/** What was taken is taken, also where it was to be broken off. */
function endOf(delivered: Delivered, brokenOff: boolean): SettleDelivery['end'] {
  if (delivered.kind === 'taken') return { kind: 'taken' }
  if (delivered.kind === 'gone') return { kind: 'gone', why: 'it answered 410: it wants no more' }
  return brokenOff ? { kind: 'broken-off' } : { kind: 'failed', why: delivered.why }
}

export type ToDeliver = { readonly id: string; readonly body: string; readonly signal: AbortSignal }

/** Signed at the time of the attempt. */
export async function deliver(
  { post, clock }: Pick<TellerParts, 'post' | 'clock'>,
  { target, allowPrivate, secrets }: Webhook,
  { id, body, signal }: ToDeliver,
): Promise<Delivered> {
  const headers = headersOf({ id, timestamp: Math.floor(clock() / 1000), body }, secrets)
  return await postOnce(post, { target, allowPrivate, signal, request: { headers, body: Buffer.from(body) } })
}
