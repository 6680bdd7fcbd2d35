/** What the configuration file may say of the keeper. */
import { parseDuration } from '../documents/duration.ts'
import { secretSchema, type SecretSource } from '../documents/secrets.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'
import type { Secret } from '../values/secret.ts'
import type { Duration } from '../values/time.ts'
import { faultsOfKeeper, type ConfigurationFault } from './rules/configuration-faults.ts'

export type TenantConfiguration = { readonly name: string; readonly token: Secret }

export type AppConfiguration = {
  readonly name: string
  /** The one whose token is `keeper.token`, if not said. */
  readonly tenant?: string
  readonly loginUrl: string
  readonly clientId: string
  readonly clientSecret?: Secret
  readonly privateKey?: Secret
  readonly authentication?: 'post' | 'basic' | 'private_key_jwt'
  readonly redirectUri?: string
  readonly scopes?: string
}

export type WebhookConfiguration = {
  readonly name: string
  readonly url: Secret
  readonly secret: Secret
  readonly tenant?: string
  /** Kinds; all if not said. */
  readonly events?: readonly string[]
  readonly allowPrivate: boolean
  readonly fromStart: boolean
}

export type KeeperConfiguration = {
  readonly listen: string
  readonly publicUrl?: string
  /** Where the keyring lies. It is not read here: the keeper may have to make it first. */
  readonly keyring: SecretSource
  /** URL of the proxy that all calls to Salesforce go through. */
  readonly proxy?: Secret
  readonly direct: boolean
  readonly token?: Secret
  readonly tenants: readonly TenantConfiguration[]
  readonly apps: readonly AppConfiguration[]
  readonly heartbeat: string
  readonly heartbeatSpread: string
  readonly blackouts: readonly string[]
  readonly loginHosts: readonly string[]
  readonly limits: { readonly atOnce: number; readonly perMinute: number }
  readonly webhooks: readonly WebhookConfiguration[]
  readonly eventsKeptFor: string
}

const closed = { type: 'object', additionalProperties: false } as const
const name: JsonSchema = { type: 'string', minLength: 1, maxLength: 100, description: 'Its name.' }
const tenantOf: JsonSchema = {
  ...{ type: 'string', minLength: 1, maxLength: 100 },
  description: 'The tenant that it belongs to; the one of `keeper.token` if not said.',
}
const text = (description: string) => ({ type: 'string', minLength: 1, maxLength: 2000, description }) as const
const duration = (fallback: string, description: string) =>
  ({ type: 'string', format: 'duration', default: fallback, description }) as const

const count = { type: 'integer', minimum: 1 } as const

const tenant: JsonSchema = {
  ...closed,
  required: ['name', 'token'],
  properties: { name, token: secretSchema('Its bearer token, 32 characters or more.') },
}

const app: JsonSchema = {
  ...closed,
  required: ['name', 'loginUrl', 'clientId'],
  properties: {
    ...{ name, tenant: tenantOf },
    loginUrl: text('Of production, sandbox or My Domain, e.g. https://login.salesforce.com.'),
    clientId: text('The consumer key.'),
    clientSecret: secretSchema('The consumer secret; left out for a public client.'),
    privateKey: secretSchema('RSA in PEM, in the place of a secret (private_key_jwt).'),
    authentication: {
      ...{ type: 'string', enum: ['post', 'basic', 'private_key_jwt'] },
      description: 'How it proves itself: by its secret in the form (post) if not said.',
    },
    redirectUri: text(
      'One of the callback URLs that the app has in Setup; /oauth/callback of this keeper if not said.',
    ),
    scopes: text('Space separated, refresh_token among them; those of the app in Setup if not said.'),
  },
}

const webhook: JsonSchema = {
  ...closed,
  required: ['name', 'url', 'secret'],
  properties: {
    name,
    url: secretSchema('Where events are sent, https.'),
    secret: secretSchema(
      '`whsec_` and base64, as Standard Webhooks has it; two with a space between them while one is replaced.',
    ),
    tenant: tenantOf,
    events: {
      ...{ type: 'array', items: { type: 'string', minLength: 1, maxLength: 100 } },
      description: 'Kinds of events, e.g. connection.in_doubt; all if not said.',
    },
    allowPrivate: {
      ...{ type: 'boolean', default: false },
      description: 'Whether it may lie at a private address, and be http there (P-28).',
    },
    fromStart: {
      ...{ type: 'boolean', default: false },
      description: 'Whether a new one is told of all events that are still kept, instead of what happens from now on.',
    },
  },
}

export const keeperSchema: Schema<KeeperConfiguration> = {
  ...closed,
  description: 'The keeper: keeps connections to Salesforce alive.',
  default: {},
  properties: {
    listen: { type: 'string', format: 'listen', default: '127.0.0.1:8481', description: 'Host and port to listen on.' },
    publicUrl: {
      ...{ type: 'string', format: 'origin' },
      description:
        'The origin under which browsers reach this service, for links and its callback; the address listened on if left out.',
    },
    keyring: {
      default: { file: 'keyring.json' },
      description: 'Where the keys lie that wrap the data keys of connections.',
      anyOf: [
        place('env', 'Name of an environment variable.'),
        place('file', 'Path of a file; it is made where there is none.'),
      ],
    },
    proxy: secretSchema(
      'URL of the proxy for all calls to Salesforce, with its credentials: http, https or socks5; if not said, what SALLYPORT_GATEWAY_URL has, then QUOTAGUARDSTATIC_URL.',
    ),
    direct: {
      ...{ type: 'boolean', default: false },
      description:
        'Says that calls to Salesforce leave without a proxy; without this and without a proxy nothing starts (L-70).',
    },
    token: secretSchema(
      'Bearer token of the API, 32 characters or more; one that is made at the first start and kept in keeper-token beside the vault if not said.',
    ),
    tenants: {
      ...{ type: 'array', default: [], items: tenant, maxItems: 10_000 },
      description: 'Further tenants. A token sees what belongs to its own tenant alone (P-28).',
    },
    apps: {
      ...{ type: 'array', default: [], items: app, maxItems: 10_000 },
      description: 'What the keeper is towards orgs; saved at each start, over what was saved before.',
    },
    heartbeat: duration(
      '25d',
      'An unused refresh token is exchanged after this long, before the idle limit of 30 days (SF-208).',
    ),
    heartbeatSpread: duration('1d', 'Heartbeats are spread over this long before it, so that connections do not meet.'),
    blackouts: {
      ...{ type: 'array', default: [], items: { type: 'string', minLength: 1, maxLength: 100 }, maxItems: 100 },
      description: 'Hours in which no heartbeat begins, e.g. `Mon-Fri 08:00-18:00 +02:00`; UTC without an offset.',
    },
    loginHosts: {
      ...{ type: 'array', default: [], items: { type: 'string', minLength: 1, maxLength: 260 }, maxItems: 100 },
      description:
        'Hosts that the keeper may speak to besides those of Salesforce: names, `*.example.com`, addresses, ranges of private addresses. Where it goes directly, also the addresses that are not public and may be gone to (SF-317, P-28).',
    },
    limits: {
      ...closed,
      default: {},
      description: 'What one login host is asked for by all processes over one vault; a quarter is kept for callers.',
      properties: {
        atOnce: { ...count, maximum: 1000, default: 10, description: 'Exchanges at one time.' },
        perMinute: { ...count, maximum: 60_000, default: 600, description: 'Exchanges in a minute.' },
      },
    },
    webhooks: {
      ...{ type: 'array', default: [], items: webhook, maxItems: 1000 },
      description: 'Who is told of events.',
    },
    eventsKeptFor: duration('30d', 'How long events are kept.'),
  },
}

/** What no schema can say: rows that cannot be read, and settings that contradict each other. Durations are validated. */
export function findKeeperFaults(keeper: KeeperConfiguration): readonly ConfigurationFault[] {
  const { heartbeat, heartbeatSpread, ...rest } = keeper
  return faultsOfKeeper({ ...rest, heartbeat: lengthOf(heartbeat), heartbeatSpread: lengthOf(heartbeatSpread) })
}

export function lengthOf(written: string): Duration {
  const parsed = parseDuration(written)
  if (!parsed.ok) throw new Error(`a duration was not validated: ${parsed.fault}`)
  return parsed.value
}

function place(key: 'env' | 'file', description: string): Schema<unknown> {
  return { ...closed, required: [key], properties: { [key]: { type: 'string', minLength: 1, description } } }
}
