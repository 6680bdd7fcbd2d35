/** `/admissions`: which egress addresses the allowlists of destinations are known to hold (P-42). */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { isoText } from '../../values/time.ts'
import type { AdmissionView } from '../admissions.ts'
import { canonicalRule } from '../rules/destination/allow-rule.ts'
import type { Admission } from '../rules/egress/admission.ts'
import { findHalfRegistered } from '../rules/egress/half-registered.ts'
import type { AdminParts } from './admin-parts.ts'
import { invalid, type ProblemFault } from '../../http/problem.ts'
import { noEgress, notStored } from './problems.ts'
import { addRoute, type Outcome } from './api.ts'

type Sent = {
  readonly label?: string
  readonly destination: string
  readonly egress: string
  readonly admission: Admission
}
const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, maxLength: 300, description })
const admission: JsonSchema = {
  type: 'string',
  enum: ['confirmed', 'refused', 'unknown'],
  description: 'It orders the choice and never empties it; unknown takes back what was told of this label.',
}
const fields = {
  label: text('Of clients; left out, of every client that has no row of its own.'),
  destination: text('A rule of gateway.allow.'),
  egress: text('Its name.'),
  admission,
}
const sentSchema: Schema<Sent> = {
  type: 'object',
  additionalProperties: false,
  required: ['destination', 'egress', 'admission'],
  properties: fields,
}

const nullable = (type: 'string', description: string): JsonSchema => ({
  anyOf: [{ type }, { type: 'null' }],
  description,
})
const row: JsonSchema = {
  type: 'object',
  properties: {
    ...fields,
    label: nullable('string', 'Of clients; null concerns every client that has no row of its own.'),
    by: { type: 'string', enum: ['file', 'admin'] },
    since: nullable('string', 'Since when the admin API tells it so, ISO 8601; null of the file.'),
  },
  required: ['label', 'destination', 'egress', 'admission', 'by', 'since'],
}
const warning: JsonSchema = {
  type: 'object',
  description: 'An allowlist that holds the address of another egress, and not that of this one (L-61).',
  properties: {
    label: nullable('string', 'Of clients.'),
    destination: { type: 'string' },
    egress: { type: 'string' },
    is: admission,
  },
}
const answers: JsonSchema = {
  type: 'object',
  properties: { admissions: { type: 'array', items: row }, warnings: { type: 'array', items: warning } },
  required: ['admissions', 'warnings'],
}

export function registerAdmissions(scope: FastifyInstance, parts: AdminParts): void {
  const about = { url: '/admissions', tag: 'admissions', answers }
  addRoute(scope, {
    ...{ ...about, method: 'GET', summary: 'What is told of allowlists, and where half of the pair is registered' },
    handle: () => list(parts),
  })
  addRoute(scope, {
    ...{
      ...about,
      method: 'PUT',
      summary: 'Tell whether an allowlist holds the address of an egress',
      body: sentSchema,
    },
    description: 'In force with the reply, and over restarts until the configuration file says something else of it.',
    handle: ({ body }) => tell(parts, body),
  })
}

function list({ admissions, pool }: AdminParts): Outcome {
  const warnings = findHalfRegistered(pool.views()).map(({ label, group, egress, is }) => ({
    ...{ label: label ?? null, destination: group, egress, is },
  }))
  return ok({ status: 200, body: { admissions: admissions.list().map(shown), warnings } })
}

const shown = ({ label, group, egress, admission: told, by, since }: AdmissionView) => ({
  ...{ label: label ?? null, destination: group, egress, admission: told, by },
  since: since === undefined ? null : isoText(since),
})

async function tell(parts: AdminParts, { label, destination, egress, admission: told }: Sent): Promise<Outcome> {
  if (!parts.declared.items().some(({ entry }) => entry.name === egress)) return fault(noEgress(egress))
  const group = canonicalRule(destination)
  if (!parts.allow().some((rule) => canonicalRule(rule) === group))
    return fault(invalid('BODY_INVALID', [notAllowed(destination, parts.allow())]))
  const result = await parts.admissions.tell({ label, group, egress, admission: told })
  if (result.kind !== 'committed') return fault(notStored({ known: result.kind !== 'unknown' }))
  return list(parts)
}

const notAllowed = (destination: string, rules: readonly string[]): ProblemFault => ({
  path: 'destination',
  message: `${JSON.stringify(destination.slice(0, 100))} is no rule of gateway.allow`,
  next: `Use one of them: ${rules.slice(0, 20).join(', ')}.`,
})
