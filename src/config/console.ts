/** The console's section of the configuration. */
import type { Schema, SchemaOf } from '../values/schema.ts'

export type ConsoleConfiguration = { readonly listen: string }

export const consoleSchema: Schema<ConsoleConfiguration> & SchemaOf<ConsoleConfiguration> = {
  type: 'object',
  description: 'The console: the web page for all of it.',
  default: {},
  additionalProperties: false,
  properties: {
    listen: { type: 'string', format: 'listen', default: '127.0.0.1:8482', description: 'Host and port to listen on.' },
  },
}
