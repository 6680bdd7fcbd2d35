/** What the configuration file may say of the gateway. */
import { secretSchema } from '../documents/secrets.ts'
import type { JsonSchema, Schema, SchemaOf } from '../values/schema.ts'
import type { Secret } from '../values/secret.ts'

export { findGatewayFaults, findGatewayMisgivings } from './rules/configuration-faults.ts'

/** Either a local address to dial from, or another proxy to go through. `public` is the address that the far side sees (P-41). */
export type EgressConfiguration =
  | { readonly name: string; readonly address: string; readonly public?: string; readonly confirm: 'on' | 'off' }
  | { readonly name: string; readonly via: Secret; readonly public?: string }

export type GatewayClient = {
  readonly name: string
  readonly username: string
  readonly password: Secret
  /** Under which it is remembered which egress a destination admits (P-42); the name if not said. */
  readonly label?: string
  readonly plan?: string
  readonly mayPin: boolean
  /** Tunnels at one time. */
  readonly connections: number
  readonly tunnelsPerMinute?: number
}

/** Sizes are bytes, or a number with kB, MB, GB or TB, which are powers of 1000. */
export type PlanConfiguration = {
  readonly name: string
  readonly bytes: string
  /** Share of `bytes` from which on the client is warned. */
  readonly warnAt: number
  /** Share of `bytes` up to which it goes on after the volume is used up; the end of it is hard. */
  readonly graceTo: number
  /** What becomes of live tunnels at the hard limit. */
  readonly liveTunnels: 'cut' | 'keep'
}

/** Which egress addresses a destination's allowlist is known to hold (P-42). */
export type AdmittedConfiguration = {
  /** As in `allow`. */
  readonly destination: string
  readonly label?: string
  readonly confirmed: readonly string[]
  readonly refused: readonly string[]
}

export type DeadlinesConfiguration = {
  readonly header: string
  readonly dial: string
  readonly attempt: string
  readonly idle: string
  readonly halfClose: string
  readonly total?: string
  readonly response: string
  readonly drain: string
}

export type GatewayConfiguration = {
  readonly listen: string
  readonly tls?: { readonly cert: Secret; readonly key: Secret }
  readonly egress: readonly EgressConfiguration[]
  /** `affinity`: a client keeps its egress for as long as that is up. */
  readonly balance: 'latency' | 'round-robin' | 'affinity'
  readonly healthCheck: {
    readonly target: string
    readonly every: string
    readonly timeout: string
    /** Probes in a row that turn the state. */
    readonly fall: number
    readonly rise: number
  }
  /** Confirms the public addresses (P-41): the gateway's own listener, or a URL that answers with the caller's address. */
  readonly echo: { readonly listen?: string; readonly url?: string; readonly every: string }
  readonly proxyProtocol: { readonly from: readonly string[] }
  readonly admin: { readonly listen: string }
  readonly allow: readonly string[]
  /** Without it a rule that matches every host is refused. */
  readonly allowEverything: boolean
  readonly admitted: readonly AdmittedConfiguration[]
  readonly plans: readonly PlanConfiguration[]
  readonly deadlines: DeadlinesConfiguration
  /** How often usage is stored: what a crash can lose at most. */
  readonly meterEvery: string
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

const plan: JsonSchema = {
  ...closed,
  required: ['name', 'bytes'],
  properties: {
    name,
    bytes: {
      type: 'string',
      minLength: 1,
      description: 'Volume a month, e.g. 10GB.',
    },
    warnAt: { type: 'number', minimum: 0, maximum: 1, default: 0.8, description: 'Share of the volume that warns.' },
    graceTo: { type: 'number', minimum: 1, default: 1.1, description: 'Share of the volume at which it is over.' },
    liveTunnels: {
      type: 'string',
      enum: ['cut', 'keep'],
      default: 'cut',
      description: 'Of live tunnels, when it is over.',
    },
  },
}

const names = (description: string): JsonSchema => ({ type: 'array', default: [], items: name, description })
const admitted: JsonSchema = {
  ...closed,
  required: ['destination'],
  properties: {
    destination: { type: 'string', minLength: 1, description: 'A rule of `allow`.' },
    label: { type: 'string', minLength: 1, description: 'Of the clients that it concerns; all if not said.' },
    confirmed: names('Egresses whose address the destination admits.'),
    refused: names('Egresses whose address it is known to refuse.'),
  },
}

const deadline = (fallback: string, description: string) =>
  ({ type: 'string', format: 'duration', default: fallback, description }) as const

const client: JsonSchema = {
  ...closed,
  required: ['name', 'username', 'password'],
  properties: {
    name,
    username: { type: 'string', minLength: 1, description: 'The proxy user.' },
    password: secretSchema('The password of the proxy user.'),
    label: {
      type: 'string',
      minLength: 1,
      description: 'Under which admission is remembered (P-42); the name if not said.',
    },
    plan: { type: 'string', minLength: 1, description: 'Name of the plan that limits its use.' },
    mayPin: { type: 'boolean', default: false, description: 'Whether it may choose its egress.' },
    connections: { type: 'integer', minimum: 1, default: 1000, description: 'Tunnels at one time.' },
    tunnelsPerMinute: { type: 'integer', minimum: 1, description: 'New tunnels a minute; no limit if not said.' },
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
      enum: ['latency', 'round-robin', 'affinity'],
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
        fall: {
          type: 'integer',
          minimum: 1,
          maximum: 10,
          default: 2,
          description: 'Failures in a row that make it down.',
        },
        rise: {
          type: 'integer',
          minimum: 1,
          maximum: 10,
          default: 2,
          description: 'Successes in a row that make it up.',
        },
      },
    },
    echo: {
      ...closed,
      description: 'What confirms the public addresses (P-41).',
      default: {},
      properties: {
        listen: {
          type: 'string',
          format: 'listen',
          description:
            'The gateway’s own echo listens here, and every egress is asked through it; a free port of the loopback if not said.',
        },
        url: {
          type: 'string',
          minLength: 10,
          description: 'An echo outside, which sees what the world sees, e.g. http://ip.quotaguard.com/.',
        },
        every: { type: 'string', format: 'duration', default: '1m', description: 'Time between two confirmations.' },
      },
    },
    proxyProtocol: {
      ...closed,
      description: 'PROXY protocol v1 and v2, from load balancers in front.',
      default: {},
      properties: {
        from: {
          type: 'array',
          items: { type: 'string', format: 'cidr' },
          default: [],
          description: 'Peers that must send its header; it is believed from nobody else.',
        },
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
      items: { type: 'string', minLength: 1 },
      default: ['*.salesforce.com:443', '*.force.com:443'],
      description:
        'Destinations, such as `*.example.com:443`, `192.0.2.1:8000-8100` or `[fd00::/8]:*`. Private addresses are denied unless they themselves, or a range of them, are listed (SF-280, SF-317).',
    },
    allowEverything: {
      type: 'boolean',
      default: false,
      description: 'Says that a rule which matches every host is meant. Private addresses stay denied.',
    },
    admitted: {
      type: 'array',
      default: [],
      items: admitted,
      description:
        'Which egresses the allowlist of a destination holds. It orders the choice and never empties it (P-42).',
    },
    clients: { type: 'array', default: [], items: client, description: 'Who may use the gateway.' },
    plans: {
      type: 'array',
      items: plan,
      default: [
        { name: 'starter', bytes: '10GB', warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut' },
        { name: 'production', bytes: '50GB', warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut' },
      ],
      description: 'Volumes a month and client, both ways together (SF-275).',
    },
    deadlines: {
      ...closed,
      description: 'How long each stage may take.',
      default: {},
      properties: {
        header: deadline('10s', 'To a whole header.'),
        dial: deadline('10s', 'All attempts of one dial.'),
        attempt: deadline('250ms', 'Until the next attempt starts beside the first.'),
        idle: deadline('10m', 'Without a byte either way.'),
        halfClose: deadline('1m', 'After one side has ended its half.'),
        total: { type: 'string', format: 'duration', description: 'Of any tunnel; none if not said.' },
        response: deadline('2m', 'From a forwarded request to the head of its response.'),
        drain: deadline('30s', 'From SIGTERM to the end of the last tunnel.'),
      },
    },
    meterEvery: {
      type: 'string',
      format: 'duration',
      default: '5s',
      description: 'How often usage is stored: what a crash loses at most.',
    },
  },
}
