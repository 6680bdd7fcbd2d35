/** The keeper's section of the configuration. */
import { secretSchema, type SecretSource } from '../documents/secrets.ts'
import type { Schema } from '../values/schema.ts'
import type { Secret } from '../values/secret.ts'

export type KeeperConfiguration = {
  readonly listen: string
  /** Where the keyring lies. It is not read here: the keeper may have to make it first. */
  readonly keyring: SecretSource
  /** URL of the proxy that all calls to Salesforce go through. */
  readonly proxy?: Secret
  readonly heartbeat: string
}

export const keeperSchema: Schema<KeeperConfiguration> = {
  type: 'object',
  description: 'The keeper: keeps connections to Salesforce alive.',
  default: {},
  additionalProperties: false,
  properties: {
    listen: { type: 'string', format: 'listen', default: '127.0.0.1:8481', description: 'Host and port to listen on.' },
    keyring: {
      default: { file: 'keyring.json' },
      description: 'Where the keys lie that wrap the data keys of connections.',
      anyOf: [
        place('env', 'Name of an environment variable.'),
        place('file', 'Path of a file; it is made where there is none.'),
      ],
    },
    proxy: secretSchema('URL of the proxy for all calls to Salesforce, with its credentials.'),
    heartbeat: {
      type: 'string',
      format: 'duration',
      default: '25d',
      description: 'An unused refresh token is exchanged after this long, before the idle limit of 30 days (SF-208).',
    },
  },
}

function place(key: 'env' | 'file', description: string): Schema<unknown> {
  return {
    type: 'object',
    additionalProperties: false,
    required: [key],
    properties: { [key]: { type: 'string', minLength: 1, description } },
  }
}
