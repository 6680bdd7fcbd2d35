/** What a cutover file may say, as plain data. */
import { secretSchema } from '../documents/secrets.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'
import type { CutoverFile } from './configuration-file.ts'

const closed = { type: 'object', additionalProperties: false } as const
const origin = (description: string): JsonSchema => ({ type: 'string', format: 'origin', description })
const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, maxLength: 255, description })
const duration = (fallback: string, description: string): JsonSchema => ({
  ...{ type: 'string', format: 'duration', default: fallback },
  description,
})
const addresses = (description: string): JsonSchema => ({
  ...{ type: 'array', maxItems: 256, items: { type: 'string', format: 'address' }, description },
})
const argv = (description: string): JsonSchema => ({
  ...{ type: 'array', maxItems: 100, items: { type: 'string', maxLength: 4000 }, description },
})
/** A mapping with this one key, for choices of which exactly one is taken. */
const only = (key: string, schema: JsonSchema): JsonSchema => ({
  ...{ ...closed, required: [key], properties: { [key]: schema } },
})

const salesforce: JsonSchema = {
  ...closed,
  required: ['instance', 'accessToken'],
  description: 'An org of Salesforce, by its APIs.',
  properties: {
    instance: origin('Of the instance, e.g. https://acme.my.salesforce.com.'),
    username: text('Whose token it is, for people.'),
    accessToken: secretSchema('Of somebody who may modify metadata and see the login history.'),
    api: {
      ...{ type: 'string', pattern: '^[1-9][0-9]{1,2}\\.0$', default: '62.0' },
      description: 'Version of the API.',
    },
    component: text('Full name of the ExtlClntAppOauthSecuritySettings, where it is not the only one of the app.'),
    application: text('As Login History in Setup calls the app: its label, where that is not its name.'),
  },
}

const range: JsonSchema = {
  anyOf: [
    { type: 'string', minLength: 1, maxLength: 100 },
    {
      ...closed,
      required: ['start'],
      properties: {
        start: { type: 'string', format: 'address', description: 'First address.' },
        end: { type: 'string', format: 'address', description: 'Last address; the first if left out.' },
        description: text('As it is in the list.'),
      },
    },
  ],
}

const told: Readonly<Record<string, JsonSchema>> = {
  ranges: {
    ...{ type: 'array', items: range, maxItems: 128 },
    description: 'Every row that is in the list now, e.g. 203.0.113.7, 203.0.113.0/29 or 203.0.113.1-203.0.113.6.',
  },
  enforce: { type: 'boolean', description: 'Whether the list is enforced now.' },
}

const manual: JsonSchema = {
  ...closed,
  required: ['ranges', 'enforce'],
  description: 'A person types every change into Setup (SF-138).',
  properties: told,
}

const supportCase: JsonSchema = {
  ...closed,
  required: ['orgId', 'ranges', 'enforce'],
  description: 'Salesforce types every change, asked by a support case each (SF-228, SF-291).',
  properties: {
    ...told,
    orgId: {
      ...{ type: 'string', pattern: '^00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$' },
      description: 'Id of the org that owns the app.',
    },
    reason: {
      ...{ type: 'string', minLength: 1, maxLength: 2000 },
      default: 'The servers that redeem the refresh tokens of this app move to other egress addresses.',
      description: 'Said in the case.',
    },
  },
}

const history: JsonSchema = {
  description: 'Who redeemed from where; that of the list, where it is read there.',
  anyOf: [only('org', origin('The org, e.g. http://127.0.0.1:8480.')), only('salesforce', salesforce)],
}

/** For a proxy that pins nothing. */
const pair: Readonly<Record<string, JsonSchema>> = {
  from: secretSchema('URL of the proxy that traffic leaves by now, with its credentials.'),
  to: secretSchema('URL of the proxy that it is to leave by.'),
  echo: {
    ...{ type: 'string', format: 'url' },
    description: 'Answers with the address that it is called from, e.g. http://ip.quotaguard.com (SF-272).',
  },
  within: duration('60s', 'How long a command may take; it is killed then.'),
}

const env: JsonSchema = {
  ...closed,
  required: ['file', 'name', 'from', 'to', 'echo'],
  description: 'A variable in an environment file holds the URL of the proxy (SF-283).',
  properties: {
    file: { ...text('The file, e.g. .env.'), maxLength: 4000 },
    name: {
      ...{ type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 255 },
      description: 'The variable, e.g. QUOTAGUARDSTATIC_URL.',
    },
    ...pair,
    after: argv('Program and arguments, without a shell: makes whoever reads the file read it again.'),
  },
}

const command: JsonSchema = {
  ...closed,
  required: ['read', 'move', 'back', 'from', 'to', 'echo'],
  description: 'Programs of your own, each with its arguments and without a shell.',
  properties: {
    read: argv('Prints where traffic goes, as JSON: { "traffic": "from" } or "to" or "both".'),
    move: argv('Sends it by `to`.'),
    back: argv('Sends it by `from`.'),
    ...pair,
  },
}

const gateway: JsonSchema = {
  ...closed,
  required: ['gateway'],
  properties: {
    gateway: origin('The admin API of the gateway, e.g. http://127.0.0.1:9294.'),
    clients: {
      ...{ type: 'array', items: text('Name of a client.'), maxItems: 1000 },
      description: 'Names of the clients of the gateway whose traffic moves; to be given where several use it (P-62).',
    },
  },
}

const ofApp: Readonly<Record<string, JsonSchema>> = {
  app: text('The app whose list it is.'),
  allowlist: {
    description: 'Where the list is, and who changes it.',
    anyOf: [
      only('org', origin('The org, e.g. http://127.0.0.1:8480.')),
      only('salesforce', salesforce),
      only('manual', manual),
      only('supportCase', supportCase),
    ],
  },
  history,
  tokens: {
    ...closed,
    default: {},
    properties: {
      org: secretSchema('Of the admin API of the org.'),
      gateway: secretSchema('Of the admin API of the gateway.'),
      keeper: secretSchema('Of the keeper.'),
    },
    description: 'Those in the data folder where they are left out.',
  },
  connections: {
    ...{ type: 'array', items: text('Its id.'), maxItems: 100 },
    description: 'Connections of the keeper that real redemptions go through, tried in their order.',
  },
}

export const cutoverSchema: Schema<CutoverFile> = {
  ...closed,
  description:
    'A cutover: the refresh token IP allowlist and the traffic of an app move from some addresses to others.',
  required: ['app', 'allowlist', 'traffic', 'keeper', 'connections', 'from', 'to'],
  properties: {
    ...ofApp,
    traffic: {
      description: 'What traffic leaves by.',
      anyOf: [gateway, only('env', env), only('command', command)],
    },
    keeper: {
      description: 'The keeper that the canaries are in, e.g. http://127.0.0.1:8481.',
      anyOf: [
        origin('One whose proxy is the gateway.'),
        {
          ...closed,
          required: ['from', 'to'],
          description: 'Where no address can be pinned: one behind each proxy.',
          properties: { from: origin('Its proxy is `from`.'), to: origin('Its proxy is `to`.') },
        },
      ],
    },
    from: addresses('Where traffic leaves from now.'),
    to: addresses('Where it is to leave from.'),
    propagationWait: duration('60s', 'How long a change of the list may take to be in force (SF-139).'),
    drainWait: duration(
      '15m',
      'How long tunnels from the old addresses may end by themselves, before a person is asked whether they are cut (P-66).',
    ),
    watch: {
      ...closed,
      default: {},
      properties: {
        for: duration('15m', 'For how long redemptions are watched after the removal (SF-285).'),
        redemptionSuccess: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 0.999,
          description:
            'Share of redemptions that has to succeed, less those that failed before the move already; below it, it turns back.',
        },
      },
      description: 'After the old addresses were removed.',
    },
    lookBack: duration(
      '30d',
      'Whoever redeemed in this time has to be heard of again before the old addresses go (P-63).',
    ),
    notify: {
      ...closed,
      required: ['url'],
      description: 'Who is told of what happens, by a webhook.',
      properties: {
        url: secretSchema('Where it is sent, https.'),
        secret: secretSchema(
          '`whsec_` and base64, as for webhooks of the keeper; nothing is signed where it is left out.',
        ),
        allowPrivate: {
          ...{ type: 'boolean', default: false },
          description: 'Whether it may lie at a private address, and be http there (P-28).',
        },
      },
    },
    second: {
      ...closed,
      required: ['app', 'allowlist', 'connections'],
      description: 'A second app whose list changes after that of the first, e.g. its legacy Connected App (SF-292).',
      properties: ofApp,
    },
  },
}
