/** A webhook as it was asked for, checked, and made into what deliveries need. */
import { hash } from 'node:crypto'
import { onlyTenant } from '../connection-key.ts'
import { isName, nameAdvice } from '../rules/names.ts'
import { eventKinds } from '../rules/states.ts'
import { parseWebhookSecrets } from '../rules/webhook-secret.ts'
import { parseWebhookUrl, type WebhookTarget } from '../rules/webhook-target.ts'
import type { WebhookKey } from '../store/webhooks.ts'
import type { WebhookWish } from '../webhook-face.ts'

export type Webhook = {
  readonly key: WebhookKey
  readonly target: WebhookTarget
  readonly urlDigest: string
  readonly secrets: readonly Uint8Array[]
  readonly kinds: readonly string[]
  readonly allowPrivate: boolean
  readonly fromStart: boolean
}

/** Throws an Error that names the webhook and says what to mend, without a secret. */
export function webhooksOf(wishes: readonly WebhookWish[]): readonly Webhook[] {
  const webhooks = wishes.map(webhookOf)
  const names = webhooks.map(({ key }) => JSON.stringify(key))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw new Error(`Two webhooks have the same name and tenant: ${twice}. Give one another name.`)
  return webhooks
}

function webhookOf(wish: WebhookWish): Webhook {
  const { name, tenant = onlyTenant, url, secret, events, allowPrivate = false, fromStart = false } = wish
  if (!isName(name)) throw new Error(`${JSON.stringify(name.slice(0, 80))} is no name for a webhook. ${nameAdvice}`)
  const urlText = typeof url === 'string' ? url : url.expose()
  const target = parseWebhookUrl(urlText, { allowPrivate })
  if (!target.ok) throw new Error(`The webhook ${name} cannot be used: its URL ${target.fault}.`)
  const keys = parseWebhookSecrets(secret.expose())
  if (!keys.ok) throw new Error(`The webhook ${name} cannot be used: its secret ${keys.fault}.`)
  const unknown = (events ?? []).find((kind) => !eventKinds.includes(kind))
  if (unknown !== undefined)
    throw new Error(
      `The webhook ${name} wants ${JSON.stringify(unknown)}, which is no event. There are: ${eventKinds.join(', ')}.`,
    )
  return {
    key: { tenant, name },
    target: target.value,
    urlDigest: hash('sha256', urlText, 'base64url'),
    secrets: keys.value.map((base64) => new Uint8Array(Buffer.from(base64, 'base64'))),
    kinds: events ?? eventKinds,
    ...{ allowPrivate, fromStart },
  }
}
