/** How one egress is shown. */
import type { JsonSchema } from '../../values/schema.ts'

const text: JsonSchema = { type: 'string' }
const count: JsonSchema = { type: 'integer' }
const orNull = (schema: JsonSchema, description: string): JsonSchema => ({
  anyOf: [schema, { type: 'null' }],
  description,
})
const record = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({ type: 'object', properties })

export const egressSchema: JsonSchema = {
  type: 'object',
  required: ['name', 'kind', 'through', 'mode', 'state', 'since', 'why', 'tunnels'],
  properties: {
    name: text,
    kind: { type: 'string', enum: ['address', 'via'] },
    through: { type: 'string', description: 'The local address, or the URL of the proxy without its credentials.' },
    public: orNull(text, 'What the far side sees, as far as it is known (P-41).'),
    publicIs: { type: 'string', enum: ['observed', 'declared', 'unconfirmed'] },
    mode: {
      type: 'string',
      enum: ['active', 'standby', 'draining'],
      description: 'What it is to do, whatever state it is in.',
    },
    state: { type: 'string', enum: ['starting', 'up', 'down', 'unusable', 'standby', 'draining'] },
    since: { type: 'string', description: 'When it came into this state, ISO 8601.' },
    why: text,
    latencyMs: orNull({ type: 'number' }, 'Of dials and probes, smoothed.'),
    tunnels: { type: 'integer', description: 'Open now.' },
    ports: orNull(record({ used: count, of: count }), 'Source ports towards the destination that has most (L-79).'),
    probes: record({ succeeded: count, failed: count }),
    declaredBy: orNull(
      { type: 'string', enum: ['file', 'admin'] },
      'Who declares it as it is; null once it is removed.',
    ),
    admissions: {
      type: 'array',
      description: 'What is told of allowlists (P-42); label null concerns everybody who has no row of his own.',
      items: record({ label: orNull(text, 'Of clients.'), destination: text, admission: text }),
    },
  },
}
