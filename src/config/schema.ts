/** The whole configuration file, one section a system. */
import { orgConfigurationSchema, type OrgConfiguration } from '../org/configuration.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'
import { consoleSchema, type ConsoleConfiguration } from './console.ts'
import { gatewaySchema, type GatewayConfiguration } from '../gateway/configuration.ts'
import { keeperSchema, type KeeperConfiguration } from '../keeper/configuration.ts'

export type Configuration = {
  /** `sqlite:FOLDER` or `postgres://…`. It may carry a password: show only what stands before the first `:`. */
  readonly storage: string
  readonly org: OrgConfiguration
  readonly gateway: GatewayConfiguration
  readonly keeper: KeeperConfiguration
  readonly console: ConsoleConfiguration
}

/** A folder beside the configuration, or in the working directory. */
export const defaultStorage = 'sqlite:./data'

export const configurationSchema: Schema<Configuration> = {
  type: 'object',
  default: {},
  additionalProperties: false,
  properties: {
    storage: {
      type: 'string',
      format: 'storage',
      default: defaultStorage,
      description: 'A folder with one file a system, sqlite:FOLDER, or a database, postgres://USER@HOST/DATABASE.',
    },
    org: orgConfigurationSchema,
    gateway: gatewaySchema,
    keeper: keeperSchema,
    console: consoleSchema,
  },
}

/** For editors: JSON Schema of `sallyport.yaml`. */
export function configJsonSchema(): JsonSchema & { readonly $schema: string; readonly title: string } {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'sallyport.yaml', ...configurationSchema }
}
