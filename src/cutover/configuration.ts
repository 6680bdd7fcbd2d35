/** The file of a cutover: what it may say, and what is wrong with one, at its line and column. */
import { parseDuration } from '../documents/duration.ts'
import type { DocumentFault } from '../documents/fault.ts'
import { resolveSecrets, secretSchema, type SecretReaders } from '../documents/secrets.ts'
import { validateDocument } from '../documents/validate.ts'
import { parseYamlDocument } from '../documents/yaml-document.ts'
import { formatAddress, parseAddress } from '../ip/address.ts'
import { fault, ok, type Result } from '../values/result.ts'
import type { JsonSchema, Schema } from '../values/schema.ts'
import type { Secret } from '../values/secret.ts'
import { minutes, seconds, type Duration } from '../values/time.ts'
import { findPlanFaults } from './rules/plan-faults.ts'
import type { Plan } from './rules/plan.ts'

export type CutoverFile = {
  readonly app: string
  readonly allowlist: { readonly org: string }
  readonly traffic: { readonly gateway: string; readonly clients?: readonly string[] }
  readonly keeper: string
  readonly tokens: { readonly org?: Secret; readonly gateway?: Secret; readonly keeper?: Secret }
  /** Canaries. */
  readonly connections: readonly string[]
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly propagationWait: string
  readonly watch: { readonly for: string; readonly redemptionSuccess: number }
  readonly lookBack: string
}

const closed = { type: 'object', additionalProperties: false } as const
const origin = (description: string): JsonSchema => ({ type: 'string', format: 'origin', description })
const duration = (fallback: string, description: string): JsonSchema => ({
  type: 'string',
  format: 'duration',
  default: fallback,
  description,
})
const name: JsonSchema = { type: 'string', minLength: 1, maxLength: 255 }
const addresses = (description: string): JsonSchema => ({
  ...{ type: 'array', maxItems: 256, items: { type: 'string', format: 'address' }, description },
})

export const cutoverSchema: Schema<CutoverFile> = {
  ...closed,
  description:
    'A cutover: the refresh token IP allowlist and the traffic of an app move from some addresses to others.',
  required: ['app', 'allowlist', 'traffic', 'keeper', 'connections', 'from', 'to'],
  properties: {
    app: { ...name, description: 'The app whose list it is.' },
    allowlist: {
      ...closed,
      required: ['org'],
      properties: { org: origin('The org, e.g. http://127.0.0.1:8480.') },
      description: 'Where the list is.',
    },
    traffic: {
      ...closed,
      required: ['gateway'],
      properties: {
        gateway: origin('The admin API of the gateway, e.g. http://127.0.0.1:9294.'),
        clients: {
          ...{ type: 'array', items: name, maxItems: 1000 },
          description: 'Clients of the pool whose traffic moves; needed where several use it (P-62).',
        },
      },
      description: 'What traffic leaves by.',
    },
    keeper: origin('The keeper that the canaries are in, e.g. http://127.0.0.1:8481.'),
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
      ...{ type: 'array', items: name, maxItems: 100 },
      description: 'Connections of the keeper that real redemptions go through, tried in their order.',
    },
    from: addresses('Where traffic leaves from now.'),
    to: addresses('Where it is to leave from.'),
    propagationWait: duration('60s', 'How long a change of the list may take to be in force (SF-139).'),
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
          description: 'Share that has to succeed.',
        },
      },
      description: 'After the old addresses were removed.',
    },
    lookBack: duration(
      '30d',
      'Whoever redeemed in this time has to be heard of again before the old addresses go (P-63).',
    ),
  },
}

export type ReadPlan = {
  readonly file: CutoverFile
  readonly plan: Plan
  readonly lookBack: Duration
  readonly warnings: readonly DocumentFault[]
}

/** `testing`: waits may be shorter than what is known of Salesforce (SF-293). */
export function readCutoverFile(
  text: string,
  {
    name: called,
    readers,
    testing,
  }: { readonly name: string; readonly readers: SecretReaders; readonly testing: boolean },
): Result<ReadPlan, readonly DocumentFault[]> {
  const document = parseYamlDocument(text, called)
  if (!document.ok) return document
  const { value, locate } = document.value
  const validated = validateDocument(cutoverSchema, value, locate)
  if (!validated.ok) return validated
  const resolved = resolveSecrets(validated.value, readers, locate)
  if (!resolved.ok) return resolved
  const file = resolved.value.value
  const plan = planOf(file)
  const faults = [
    ...findPlanFaults(plan),
    ...(file.connections.length > 0 ? [] : [noCanary]),
    ...(testing ? [] : hasteFaults(plan)),
  ]
  const placed = faults.map(({ path, ...rest }): DocumentFault => {
    const where = locate(
      path
        .split(/[.[\]]+/)
        .filter((each) => each !== '')
        .map((each) => (/^\d+$/.test(each) ? Number(each) : each)),
    )
    return { path, ...rest, ...(where === undefined ? {} : { where }) }
  })
  return placed.length > 0
    ? fault(placed)
    : ok({ file, plan, lookBack: lengthOf(file.lookBack), warnings: resolved.value.warnings })
}

const noCanary = {
  path: 'connections',
  message: 'names no canary',
  next: 'Name a connection of the keeper that real redemptions may go through.',
}

function hasteFaults({ terms }: Plan): { readonly path: string; readonly message: string; readonly next: string }[] {
  return [
    ...(terms.propagation < seconds(60)
      ? [
          {
            path: 'propagationWait',
            message: 'is shorter than the minute that a change of the list may take (SF-139)',
            next: 'Leave it out; only with --testing it may be shorter.',
          },
        ]
      : []),
    ...(terms.watch < minutes(15)
      ? [
          {
            path: 'watch.for',
            message: 'is shorter than 15 minutes (SF-285)',
            next: 'Leave it out; only with --testing it may be shorter.',
          },
        ]
      : []),
  ]
}

function planOf({ app, from, to, propagationWait, watch }: CutoverFile): Plan {
  const propagation = lengthOf(propagationWait)
  return {
    ...{ app, from: from.map(canonical), to: to.map(canonical) },
    terms: {
      ...{ propagation, watch: lengthOf(watch.for), redemptionSuccess: watch.redemptionSuccess, quiet: propagation },
      ...{ probes: 3, proofs: 1, recheck: minutes(5), retry: propagation < seconds(10) ? propagation : seconds(10) },
      ...{ patience: 8, saves: 3, freshness: seconds(5) },
    },
  }
}

function canonical(text: string): string {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`an address was not validated: ${text}`)
  return formatAddress(parsed.value)
}

function lengthOf(text: string): Duration {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw new Error(`a duration was not validated: ${parsed.fault}`)
  return parsed.value
}
