/** A delivery as it is signed: Standard Webhooks, `v1` (HMAC-SHA256), so that receivers can verify it with what they have. */
import { createHmac, hash } from 'node:crypto'
import type { StoredEvent } from '../store/events.ts'

/** The same for the same event over all attempts and processes, and another in another vault. */
export function idOf(tenant: string, { sequence, connection, kind, at }: StoredEvent): string {
  return `evt_${hash('sha256', JSON.stringify([tenant, sequence, connection, kind, at]), 'base64url').slice(0, 27)}`
}

export type Message = {
  readonly id: string
  /** Seconds since 1970, of this attempt: receivers refuse what is old. */
  readonly timestamp: number
  readonly body: string
}

/** One signature a secret. */
export function headersOf({ id, timestamp, body }: Message, secrets: readonly Uint8Array[]): Record<string, string> {
  const signed = `${id}.${timestamp}.${body}`
  const signatures = secrets.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'sallyport-keeper',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
