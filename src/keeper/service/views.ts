/** What the keeper's API shows, as JSON. */
import type { JsonSchema } from '../../values/schema.ts'
import { isoText, type Instant } from '../../values/time.ts'
import type { AppView, ConnectionView } from '../keeper-face.ts'

type Shown = Readonly<Record<string, unknown>>

const at = (when: Instant | undefined): string | null => (when === undefined ? null : isoText(when))

/** Without its tenant: who asks has named it with the token. */
export const shownConnection = (view: ConnectionView): Shown => ({
  ...{ id: view.id, app: view.app, login_url: view.loginUrl },
  ...{ state: view.state, state_since: at(view.stateSince), why: view.why ?? null, generation: view.generation },
  ...{ org_id: view.orgId ?? null, user_id: view.userId ?? null, instance_url: view.instanceUrl ?? null },
  ...{ last_exchange_at: at(view.lastExchangeAt), last_egress: view.lastEgress ?? null },
  ...{ next_due_at: at(view.nextDueAt), idle_at: at(view.idleAt), access_expires_at: at(view.accessExpiresAt) },
  ...{ signature: view.signature ?? null, handed_over_at: at(view.handedOverAt), created_at: at(view.createdAt) },
})

/** Without its secret. */
export const shownApp = (view: AppView): Shown => ({
  ...{ name: view.name, login_url: view.loginUrl, client_id: view.clientId, has_secret: view.hasSecret },
  authentication: view.authentication,
  ...{ redirect_uri: view.redirectUri ?? null, scopes: view.scopes ?? null, created_at: at(view.createdAt) },
})

const text: JsonSchema = { type: 'string' }
const orNull = (description: string): JsonSchema => ({ anyOf: [text, { type: 'null' }], description })

export const connectionSchema: JsonSchema = {
  type: 'object',
  properties: {
    ...{ id: text, app: text, login_url: text },
    state: {
      type: 'string',
      enum: ['alive', 'ip-refused', 'refused', 'in-doubt', 'reauthorization-required', 'handed-over'],
    },
    state_since: text,
    why: orNull('What the org refused, and what to do about it.'),
    generation: { type: 'integer', description: 'Counts its refresh tokens from 1.' },
    ...{
      org_id: orNull('As the org said it.'),
      user_id: orNull('As the org said it.'),
      instance_url: orNull('Origin.'),
    },
    last_exchange_at: orNull('ISO 8601.'),
    last_egress: orNull('The address that the last exchange left from, where the gateway told it.'),
    next_due_at: orNull('When it is exchanged next, if nobody asks; null where nothing is due by itself.'),
    idle_at: { type: 'string', description: 'When its refresh token has rested for 30 days (SF-205).' },
    access_expires_at: orNull('As far as it is known.'),
    signature: orNull('Of its last token reply (SF-46): right, wrong or absent; null where it could not be judged.'),
    handed_over_at: orNull('Since when another keeper has it, so that nothing is sent from here.'),
    created_at: text,
  },
  required: ['id', 'app', 'login_url', 'state', 'state_since', 'generation', 'idle_at', 'created_at'],
}

export const appSchema: JsonSchema = {
  type: 'object',
  properties: {
    ...{ name: text, login_url: text, client_id: text },
    has_secret: { type: 'boolean', description: 'A secret or a private key; itself it is never shown.' },
    authentication: { type: 'string', enum: ['post', 'basic', 'private_key_jwt'] },
    ...{ redirect_uri: orNull('Of the callback.'), scopes: orNull('Space separated.'), created_at: text },
  },
  required: ['name', 'login_url', 'client_id', 'has_secret', 'created_at'],
}
