/** An app as the admin API shows it: its metadata, never its secret. */
import { allowlistLimits } from '../../ip/allowlist.ts'
import { isoText, instant } from '../../values/time.ts'
import type { JsonSchema } from '../../values/schema.ts'
import { stored } from '../settings/compile.ts'
import type { AppRow } from '../store/apps.ts'

export function appView(row: AppRow): Readonly<Record<string, unknown>> {
  return {
    kind: row.kind,
    ...stored<Record<string, unknown>>(row.content),
    system: {
      version: row.version,
      createdAt: isoText(instant(row.createdAt)),
      changedAt: isoText(instant(row.changedAt)),
    },
  }
}

export const appSchema: JsonSchema = {
  type: 'object',
  description:
    'The metadata under its own field names; the consumer secret is in no reply but that of its creation or rotation.',
  properties: {
    kind: { type: 'string', enum: ['externalClientApp', 'connectedApp'] },
    name: { type: 'string' },
    system: {
      type: 'object',
      properties: {
        version: { type: 'integer', description: 'Rises with every change that a decision on this app can see.' },
        createdAt: { type: 'string' },
        changedAt: { type: 'string' },
      },
    },
  },
  required: ['kind', 'name', 'system'],
  additionalProperties: true,
}

/** Not part of a decision: what Setup shows beside the list (SF-289). */
export const listLimits: { readonly mostRanges: number; readonly mostAddresses: number } = {
  mostRanges: allowlistLimits.ranges,
  mostAddresses: Number(allowlistLimits.addresses),
}
