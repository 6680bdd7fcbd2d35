/** The webhooks of this process: told of the events of their tenants, in the background and when somebody asks. */
import { instant, isoText, type Instant } from '../../values/time.ts'
import type { Bell } from '../bell.ts'
import { onlyTenant } from '../connection-key.ts'
import { KeeperError } from '../keeper-error.ts'
import type { KeeperFigures } from '../keeper-face.ts'
import { formatDestination } from '../../ip/hosts.ts'
import { findPending, findWebhook, findWebhooksWithWork, type WebhookKey } from '../store/webhooks.ts'
import type { WebhookName, Webhooks, WebhookTest, WebhookView, WebhookWish } from '../webhook-face.ts'
import { openPacer, type Pacer } from './pacer.ts'
import { deliver, openTeller, type Teller, type TellerParts } from './teller.ts'
import { webhooksOf, type Webhook } from './wish.ts'

export type WebhookParts = Omit<TellerParts, 'countEnd'> & {
  readonly bell: Bell
  /** Milliseconds between two looks for what other processes have recorded; `off`: only `deliver` delivers. */
  readonly poll: number | 'off'
}
export type OpenWebhooks = {
  readonly face: Webhooks
  /** Of all of them together. */
  readonly figures: () => Promise<KeeperFigures['webhooks']>
  readonly close: () => Promise<void>
}

/** Rejects with an Error that says what to mend. */
export async function openWebhooks(parts: WebhookParts, wishes: readonly WebhookWish[]): Promise<OpenWebhooks> {
  const all = webhooksOf(wishes)
  const ended = { delivered: 0, failed: 0 }
  await Promise.all(all.map(async (webhook) => await register(parts, webhook))) // together they share a commit
  const countEnd = (end: keyof typeof ended): void => void (ended[end] += 1)
  const tellers = all.map((webhook) => openTeller({ ...parts, countEnd }, webhook))
  const watch = openWatch(parts, tellers)
  const find = ({ tenant = onlyTenant, name }: WebhookName): Webhook => {
    const found = all.find(({ key }) => key.tenant === tenant && key.name === name)
    if (found === undefined) throw unknown({ tenant, name })
    return found
  }
  const deliverAll = async (): Promise<number> => {
    const made = await Promise.all(tellers.map(async ({ round }) => await round()))
    return made.reduce((sum, each) => sum + each, 0)
  }
  return {
    face: {
      async list({ tenant = onlyTenant } = {}) {
        const own = all.filter(({ key }) => key.tenant === tenant)
        return await Promise.all(own.map(async (each) => await viewOf(parts, each)))
      },
      test: async (of) => await testOnce(parts, find(of)),
      async resume(of) {
        const webhook = find(of)
        const result = await parts.storage.write('resumeWebhook', webhook.key)
        if (result.kind !== 'committed') throw notStored(webhook)
        return await viewOf(parts, webhook)
      },
      deliver: deliverAll,
    },
    async figures() {
      const waits = await Promise.all(
        all.map(async ({ key, kinds }) => await parts.storage.read(() => findPending(key, kinds))),
      )
      const times = waits.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]))
      const oldestAt = times.length === 0 ? undefined : instant(Math.min(...times))
      return { ...ended, waiting: waits.reduce((sum, { count }) => sum + count, 0), oldestAt }
    },
    async close() {
      await watch?.close()
      await Promise.all(tellers.map(async (each) => await each.close()))
    },
  }
}

/** One question for all webhooks, however many there are; none waits for another's receiver. */
function openWatch({ storage, log, bell, poll }: WebhookParts, tellers: readonly Teller[]): Pacer | undefined {
  if (poll === 'off' || tellers.length === 0) return undefined
  const byName = new Map(tellers.map((each) => [nameOf(each.key), each]))
  const pacer = openPacer(async () => {
    try {
      for (const key of await storage.read(findWebhooksWithWork)) void byName.get(nameOf(key))?.look()
    } catch (cause) {
      log.error('keeper.webhooks-not-read', { cause: String(cause) })
    }
  }, poll)
  const unlisten = bell.listen(pacer.soon)
  return {
    soon: pacer.soon,
    async close() {
      unlisten()
      await pacer.close()
    },
  }
}

const nameOf = ({ tenant, name }: WebhookKey): string => JSON.stringify([tenant, name])

async function register({ storage, log }: WebhookParts, { key, urlDigest, fromStart }: Webhook): Promise<void> {
  const result = await storage.write('saveWebhook', { key, urlDigest, fromStart })
  if (result.kind !== 'committed')
    throw new Error(`The webhook ${key.name} could not be written to the vault. Look at the store.`)
  const stored = await storage.read(() => findWebhook(key))
  const since = stored?.disabledAt ?? undefined
  if (since !== undefined) log.warn('keeper.webhook-is-disabled', { ...key, since: isoText(instant(since)) })
}

async function viewOf({ storage }: WebhookParts, { key, target, kinds }: Webhook): Promise<WebhookView> {
  const stored = await storage.read(() => findWebhook(key))
  const { count: pending } = await storage.read(() => findPending(key, kinds))
  const at = (ms: number | null = null): Instant | undefined => (ms === null ? undefined : instant(ms))
  return {
    ...key,
    ...{ host: formatDestination(target), events: kinds, pending },
    lastSuccessAt: at(stored?.lastSuccessAt),
    lastFailureAt: at(stored?.lastFailureAt),
    lastFailure: stored?.lastFailure ?? undefined,
    failures: stored?.failures ?? 0,
    gaveUp: stored?.gaveUp ?? 0,
    missed: stored?.missed ?? 0,
    disabledAt: at(stored?.disabledAt),
  }
}

async function testOnce(parts: WebhookParts, webhook: Webhook): Promise<WebhookTest> {
  const { clock, random } = parts
  const id = `evt_test_${Buffer.from(random(12)).toString('base64url')}`
  const { tenant, name } = webhook.key
  const data = { tenant, webhook: name, next: ['Nothing: somebody asked for a test.'] }
  const body = JSON.stringify({ id, type: 'webhook.test', timestamp: isoText(clock()), data })
  const delivered = await deliver(parts, webhook, { id, body, signal: new AbortController().signal })
  if (delivered.kind === 'taken') return { delivered: true, status: delivered.status }
  return { delivered: false, why: delivered.kind === 'gone' ? 'it answered 410' : delivered.why }
}

const unknown = ({ tenant, name }: { readonly tenant: string; readonly name: string }): KeeperError =>
  new KeeperError('UNKNOWN_WEBHOOK', `The tenant ${tenant} has no webhook ${name}.`, {
    next: ['Configure it under keeper.webhooks, and start the keeper again.'],
  })
const notStored = ({ key }: Webhook): KeeperError =>
  new KeeperError('NOT_SENT', `The store did not take what was to be written of the webhook ${key.name}.`, {
    next: ['Look at the store.'],
  })
