/** The gateway's section of the configuration. */
import { secretSchema } from '../documents/secrets.ts'
import type { JsonSchema, Schema, SchemaOf } from '../values/schema.ts'
import type { Secret } from '../values/secret.ts'

/** Either a local address to dial from, or another proxy to go through. `public` is the address that the far side sees (P-41). */
export type EgressConfiguration =
  | { readonly name: string; readonly address: string; readonly public?: string; readonly confirm: 'on' | 'off' }
  | { readonly name: string; readonly via: Secret; readonly public?: string }

export type GatewayClient = {
  readonly name: string
  readonly username: string
  readonly password: Secret
  readonly plan?: string
  readonly mayPin: boolean
}

export type GatewayConfiguration = {
  readonly listen: string
  readonly tls?: { readonly cert: Secret; readonly key: Secret }
  readonly egress: readonly EgressConfiguration[]
  readonly balance: 'latency' | 'round-robin'
  readonly healthCheck: { readonly target: string; readonly every: string; readonly timeout: string }
  readonly admin: { readonly listen: string }
  readonly allow: readonly string[]
  readonly clients: readonly GatewayClient[]
}

const name = {
  type: 'string',
  minLength: 1,
  maxLength: 80,
  description: 'A name for logs, metrics and pinning.',
} as const
const publicAddress = {
  type: 'string',
  format: 'address',
  description: 'The address that the far side sees (P-41).',
} as const
const closed = { type: 'object', additionalProperties: false } as const

const localEgress: JsonSchema = {
  ...closed,
  description: 'A local address to dial from.',
  required: ['name', 'address'],
  properties: {
    name,
    address: { type: 'string', format: 'address', description: 'The local address.' },
    public: publicAddress,
    confirm: {
      type: 'string',
      enum: ['on', 'off'],
      default: 'on',
      description: 'Whether an echo confirms the public address (P-41).',
    },
  },
}

const viaEgress: JsonSchema = {
  ...closed,
  description: 'Another proxy.',
  required: ['name', 'via'],
  properties: { name, via: secretSchema('URL of the proxy, with its credentials.'), public: publicAddress },
}

const client: JsonSchema = {
  ...closed,
  required: ['name', 'username', 'password'],
  properties: {
    name,
    username: { type: 'string', minLength: 1, description: 'The proxy user.' },
    password: secretSchema('The password of the proxy user.'),
    plan: { type: 'string', minLength: 1, description: 'Name of the plan that limits its use.' },
    mayPin: { type: 'boolean', default: false, description: 'Whether it may choose its egress.' },
  },
}

export const gatewaySchema: Schema<GatewayConfiguration> & SchemaOf<GatewayConfiguration> = {
  ...closed,
  description: 'The gateway: the egress proxy with fixed addresses.',
  default: {},
  properties: {
    listen: { type: 'string', format: 'listen', default: '127.0.0.1:9293', description: 'Host and port of the proxy.' },
    tls: {
      ...closed,
      description: 'TLS to the gateway.',
      required: ['cert', 'key'],
      properties: { cert: secretSchema('Certificate chain, PEM.'), key: secretSchema('Private key, PEM.') },
    },
    egress: {
      type: 'array',
      default: [],
      items: { anyOf: [localEgress, viaEgress] },
      description: 'The declared set: traffic leaves by these and by no other address (SF-280).',
    },
    balance: {
      type: 'string',
      enum: ['latency', 'round-robin'],
      default: 'latency',
      description: 'How tunnels are spread over the healthy egresses (SF-270).',
    },
    healthCheck: {
      ...closed,
      description: 'How each egress is probed.',
      default: {},
      properties: {
        target: {
          type: 'string',
          format: 'host-port',
          default: 'login.salesforce.com:443',
          description: 'What is dialled.',
        },
        every: { type: 'string', format: 'duration', default: '5s', description: 'Time between two probes.' },
        timeout: { type: 'string', format: 'duration', default: '1s', description: 'When a probe counts as failed.' },
      },
    },
    admin: {
      ...closed,
      description: 'The admin API, on a listener of its own.',
      default: {},
      properties: {
        listen: {
          type: 'string',
          format: 'listen',
          default: '127.0.0.1:9294',
          description: 'Host and port of the admin API.',
        },
      },
    },
    allow: {
      type: 'array',
      items: { type: 'string', format: 'host-port' },
      default: ['*.salesforce.com:443', '*.force.com:443'],
      description: 'Destinations; private addresses are denied unless listed (SF-280, SF-317).',
    },
    clients: { type: 'array', default: [], items: client, description: 'Who may use the gateway.' },
  },
}
