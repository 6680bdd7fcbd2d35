/** What an installation of the org may choose: the settings that decide where public sources about Salesforce disagree, and its own limits. */
import { defaultsOf, type Overrides } from '../values/defaults.ts'
import type { Schema, SchemaOf } from '../values/schema.ts'

export type OrgConfiguration = {
  readonly listen: string
  readonly publicUrl?: string
  readonly file?: string
  readonly trustedProxies: readonly string[]
  readonly session: { readonly sliding: boolean }
  readonly code: { readonly ttlSeconds: number; readonly reuseRevokes: boolean }
  readonly limits: {
    readonly connections: number
    readonly loginsPerUserHour: number
    readonly loginFailures: number
    readonly clientFailures: number
    readonly failureWindowSeconds: number
    readonly failureKeys: number
  }
  readonly pages: { readonly loginSteps: number }
  readonly passwordHashing: { readonly costLog2: number; readonly blockSize: number; readonly parallelism: number }
  readonly history: { readonly keepDays: number; readonly keepRows: number }
  readonly compat: {
    readonly allowlistDescription: string
    readonly inFlightDescription: string
    readonly audienceDescription: string
    readonly badAssertion: string
    readonly unknownClientError: string
    readonly denyCode: string
    readonly invalidClientStatus: number
    readonly revokeUnknownStatus: number
    readonly loginHistoryIpStatus: string
  }
  readonly pkce: {
    readonly verifierMin: number
    readonly verifierMax: number
    readonly defaultMethod: 'S256' | 'plain'
    readonly allowPlain: boolean
    readonly mismatchError: string
    readonly missingError: string
    readonly unboundVerifier: 'reject' | 'ignore'
  }
  readonly jwt: {
    readonly maxExpAheadSeconds: number | 'none'
    readonly skewSeconds: number
    readonly singleUse: boolean
  }
  readonly allowlistForConnectedApps: boolean
  readonly trustedRanges: { readonly skipActivation: boolean }
  readonly deviceActivation: 'on' | 'off'
  readonly ipRelax: { readonly restrictedPages: readonly string[] }
  readonly ecaDefaults: { readonly refreshTokenPolicyDays: number; readonly rotation: boolean }
  readonly rotationMode: 'strict' | 'overlap' | 'until-used'
  readonly overlapSeconds: number
  readonly reauthRevokesAll: boolean
  readonly controls: { readonly oneWay: boolean }
  readonly discovery: { readonly advertisePkce: boolean; readonly rfc8414: boolean }
}

const yes = (description: string) => ({ type: 'boolean', default: true, description }) as const
const no = (description: string) => ({ type: 'boolean', default: false, description }) as const
const text = (initial: string, description: string) =>
  ({ type: 'string', minLength: 1, maxLength: 200, default: initial, description }) as const
const whole = (initial: number, [minimum, maximum]: readonly [number, number], description: string) =>
  ({ type: 'integer', default: initial, minimum, maximum, description }) as const
const oneStatus = (statuses: readonly number[], description: string) =>
  ({ ...whole(400, [200, 599], description), enum: statuses }) as const
const section = <P>(properties: P) =>
  ({ type: 'object', default: {}, additionalProperties: false, properties }) as const

const ofTheServer = {
  listen: {
    type: 'string',
    format: 'listen',
    default: '127.0.0.1:8480',
    description: 'Host and port to listen on; port 0 takes a free one.',
  },
  publicUrl: {
    type: 'string',
    format: 'origin',
    description: 'The origin under which clients know this server; the address listened on if left out.',
  },
  file: { type: 'string', minLength: 1, description: 'The org file with users, apps and policies.' },
  trustedProxies: {
    type: 'array',
    items: { type: 'string', format: 'cidr' },
    default: [],
    description: 'Peers whose X-Forwarded-For or Forwarded header is believed, as addresses or blocks (SF-10).',
  },
  session: section({ sliding: yes('Each use of an access token renews its timeout (SF-09).') }),
  code: section({
    ttlSeconds: whole(900, [1, 3600], 'Life of an authorization code (SF-85).'),
    reuseRevokes: yes('A second use of a code revokes what its first use issued (SF-85).'),
  }),
  limits: section({
    connections: whole(
      5000,
      [1, 1_000_000],
      'Connections at one time; further ones are closed at once, so that a flood cannot take every descriptor.',
    ),
    loginsPerUserHour: whole(3600, [1, 1_000_000], 'Logins of one user in an hour (SF-69).'),
    loginFailures: whole(
      10,
      [1, 10_000],
      'Failed logins of one user within the window before further ones are refused (SF-231).',
    ),
    clientFailures: whole(
      50,
      [1, 100_000],
      'Failed client authentications of one app from one address, or one IPv6 /64, within the window (SF-69).',
    ),
    failureWindowSeconds: whole(900, [1, 86_400], 'The window in which failures are counted (SF-231).'),
    failureKeys: whole(
      100_000,
      [100, 10_000_000],
      'Users and apps whose failures are remembered at one time, so that memory is bounded (SF-69).',
    ),
  }),
  pages: section({
    loginSteps: whole(
      1,
      [1, 2],
      'Whether the login page asks for user name and password at once or in two steps (SF-88).',
    ),
  }),
  passwordHashing: section({
    costLog2: whole(15, [10, 20], "scrypt's N as a power of two: with 15 a login takes 32 MB (SF-231, RFC 7914)."),
    blockSize: whole(8, [1, 32], "scrypt's r (SF-231, RFC 7914)."),
    parallelism: whole(
      3,
      [1, 16],
      "scrypt's p: 15, 8 and 3 are as dear to a guesser as N of 2^17 alone (SF-231, RFC 7914).",
    ),
  }),
  history: section({
    keepDays: whole(183, [1, 36_500], 'Days that login history is kept; Salesforce keeps six months (SF-232).'),
    keepRows: whole(
      1_000_000,
      [1000, 1_000_000_000],
      'Rows of login history that are kept; the oldest go first (SF-232).',
    ),
  }),
} satisfies Partial<SchemaOf<OrgConfiguration>['properties']>

const ofTheDialect = {
  compat: section({
    allowlistDescription: text(
      'ip restricted by app developer',
      'error_description of an address outside the allowlist (SF-50).',
    ),
    inFlightDescription: text(
      'token request is already being processed',
      'error_description of a refresh that meets another (SF-53).',
    ),
    audienceDescription: text(
      'Audience validation failed',
      'error_description of an assertion for another audience (SF-57).',
    ),
    badAssertion: text('invalid assertion', 'error_description of a malformed or badly signed assertion (SF-58).'),
    unknownClientError: text('invalid_client_id', 'error for an unknown client_id (SF-61).'),
    denyCode: text('access_denied', 'error when the user denies consent (SF-70).'),
    invalidClientStatus: oneStatus([400, 401], 'HTTP status of failed client authentication (SF-20).'),
    revokeUnknownStatus: oneStatus([400, 200], 'HTTP status of revoking an unknown token; RFC 7009 says 200 (SF-113).'),
    loginHistoryIpStatus: text(
      'Restricted IP',
      'Status in login history of an address outside the allowlist (SF-233).',
    ),
  }),
  pkce: section({
    verifierMin: whole(43, [1, 256], 'Shortest code verifier (SF-94).'),
    verifierMax: whole(256, [43, 1024], 'Longest code verifier; real clients send 171 characters (SF-94).'),
    defaultMethod: {
      type: 'string',
      enum: ['S256', 'plain'],
      default: 'S256',
      description: 'The method of a challenge that names none (SF-96).',
    },
    allowPlain: no('Whether the method plain is accepted (SF-97).'),
    mismatchError: text('invalid_grant', 'error of a wrong code verifier (SF-64).'),
    missingError: text('invalid_grant', 'error of a missing code verifier (SF-64).'),
    unboundVerifier: {
      type: 'string',
      enum: ['reject', 'ignore'],
      default: 'reject',
      description: 'What happens to a verifier for a code that had no challenge (SF-99).',
    },
  }),
  jwt: section({
    maxExpAheadSeconds: {
      anyOf: [{ type: 'integer', minimum: 1 }, { const: 'none' }],
      default: 'none',
      description: 'How far ahead the exp of an assertion may lie, or none (SF-105).',
    },
    skewSeconds: whole(180, [0, 3600], 'Clock difference that is allowed for (SF-104).'),
    singleUse: no('Whether an assertion works only once (SF-107).'),
  }),
  discovery: section({
    advertisePkce: no('Whether discovery names code_challenge_methods_supported (SF-126).'),
    rfc8414: yes('Whether /.well-known/oauth-authorization-server is served (SF-127).'),
  }),
} satisfies Partial<SchemaOf<OrgConfiguration>['properties']>

const ofThePolicies = {
  allowlistForConnectedApps: yes('Whether the refresh token IP allowlist is enforced for connected apps too (SF-141).'),
  trustedRanges: section({ skipActivation: yes('Inside a trusted range no device activation is asked for (SF-151).') }),
  deviceActivation: {
    type: 'string',
    enum: ['on', 'off'],
    default: 'on',
    description: 'Whether a browser without the device cookie is verified outside trusted ranges (SF-315).',
  },
  ipRelax: section({
    restrictedPages: {
      type: 'array',
      items: { type: 'string', enum: ['change-password', 'register-device', 'login-flow'] },
      default: ['change-password', 'register-device', 'login-flow'],
      description: 'Pages that are closed to a relaxed session while ranges are enforced on every request (SF-160).',
    },
  }),
  ecaDefaults: section({
    refreshTokenPolicyDays: whole(
      365,
      [1, 36_500],
      'Life of refresh tokens of an External Client App whose policy is left out (SF-186).',
    ),
    rotation: yes('Refresh token rotation of an External Client App that does not say (SF-197).'),
  }),
  rotationMode: {
    type: 'string',
    enum: ['strict', 'overlap', 'until-used'],
    default: 'strict',
    description:
      "How long a rotated token's parent still works: not at all, as Salesforce does, for overlapSeconds, or until its successor is used (SF-190).",
  },
  overlapSeconds: whole(10, [1, 60], 'The window of rotationMode overlap; longer windows invite replay (SF-190).'),
  reauthRevokesAll: no('A new authorization ends all earlier refresh tokens of that user for that app (SF-192).'),
  controls: section({
    oneWay: yes('Apps that are distributed cannot switch PKCE, rotation and the allowlist off again (SF-98, SF-249).'),
  }),
} satisfies Partial<SchemaOf<OrgConfiguration>['properties']>

const properties: SchemaOf<OrgConfiguration>['properties'] = { ...ofTheServer, ...ofTheDialect, ...ofThePolicies }

/** Plain JSON Schema; every setting has a default but `publicUrl` and `file`. */
export const orgConfigurationSchema: Schema<OrgConfiguration> & SchemaOf<OrgConfiguration> = {
  type: 'object',
  description: 'The org: the authorization server.',
  default: {},
  additionalProperties: false,
  properties,
}

/** All defaults, with some settings replaced; a section that is given replaces only the settings that it names. Nothing is validated:
 *  the types hold what they can, and what a person wrote goes through `config`. */
export const defaultOrgConfiguration = (overrides?: Overrides<OrgConfiguration>): OrgConfiguration =>
  defaultsOf<OrgConfiguration>(orgConfigurationSchema, overrides)
