/** Notifications of a run by a webhook, signed and judged as those of the keeper are, so that one receiver serves both. */
import { createSecureContext } from 'node:tls'
import type { CutoverFile, NotifyChoice } from '../../cutover/configuration-file.ts'
import type { Cutovers } from '../../cutover/cutover.ts'
import { openNotifier, type NoticeMessage, type Notifier, type Told } from '../../cutover/notify.ts'
import type { PlanFault } from '../../cutover/rules/plan-faults.ts'
import { parseWebhookSecrets } from '../../keeper/rules/webhook-secret.ts'
import { parseWebhookUrl } from '../../keeper/rules/webhook-target.ts'
import { resolveBySystem } from '../../keeper/transport/resolve.ts'
import { postOnce, type PostMeans } from '../../keeper/webhooks/post.ts'
import { headersOf } from '../../keeper/webhooks/signed.ts'
import type { systemEnvironment } from '../../system.ts'

/** At their places in the file; they hold nothing of what is secret. */
export function notifyFaults({ notify }: CutoverFile): readonly PlanFault[] {
  if (notify === undefined) return []
  const target = parseWebhookUrl(notify.url.expose(), notify)
  const keys = notify.secret === undefined ? undefined : parseWebhookSecrets(notify.secret.expose())
  return [
    ...(target.ok
      ? []
      : [
          {
            path: 'notify.url',
            message: target.fault,
            next: 'Write https://HOST/PATH; on a private network add allowPrivate: true.',
          },
        ]),
    ...(keys === undefined || keys.ok
      ? []
      : [
          {
            path: 'notify.secret',
            message: keys.fault,
            next: 'Leave it out, and nothing is signed, or write whsec_ and the base64 of random bytes.',
          },
        ]),
  ]
}

export type NotifierPlace = {
  readonly cutovers: Cutovers
  readonly id: string
  readonly environment: ReturnType<typeof systemEnvironment>
}

/** Tells nobody where the file names nobody. */
export function notifierOf(notify: NotifyChoice | undefined, { cutovers, id, environment }: NotifierPlace): Notifier {
  if (notify === undefined) return { tell: () => undefined, close: async () => await Promise.resolve() }
  const { clock, random, monotonic, wait } = environment
  const means: PostMeans = {
    monotonic,
    resolve: resolveBySystem,
    trust: () => createSecureContext(),
    deadlineMs: 10_000,
  }
  return openNotifier({
    ...{ clock, wait, newId: () => `evt_${Buffer.from(random(18)).toString('base64url')}` },
    deliver: async (message, signal) => await deliver(notify, means, { message, signal, at: clock() }),
    note: async (notice) => await cutovers.noteNotice(id, notice),
  })
}

type Delivery = { readonly message: NoticeMessage; readonly signal: AbortSignal; readonly at: number }

async function deliver(
  { url, secret, allowPrivate }: NotifyChoice,
  means: PostMeans,
  { message, signal, at }: Delivery,
): Promise<Told> {
  const target = parseWebhookUrl(url.expose(), { allowPrivate })
  const keys = secret === undefined ? undefined : parseWebhookSecrets(secret.expose())
  if (!target.ok || keys?.ok === false) throw new Error('notify was not validated')
  const body = JSON.stringify(message)
  const signed = headersOf(
    { id: message.id, timestamp: Math.floor(at / 1000), body },
    (keys?.value ?? []).map((base64) => new Uint8Array(Buffer.from(base64, 'base64'))),
  )
  const { 'webhook-signature': signature, ...plain } = signed
  const headers = {
    ...{ ...plain, 'User-Agent': 'sallyport-cutover' },
    ...(keys === undefined || signature === undefined ? {} : { 'webhook-signature': signature }),
  }
  const wish = { target: target.value, allowPrivate, signal, request: { headers, body: Buffer.from(body) } }
  const delivered = await postOnce(means, wish)
  if (delivered.kind === 'taken') return { kind: 'taken' }
  return { kind: 'failed', why: delivered.kind === 'gone' ? 'it answered 410' : delivered.why }
}
