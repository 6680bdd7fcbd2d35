/** The testing plane: the clock put forward, faults on demand, and everything that happened forgotten. Never in production. */
import type { FastifyInstance } from 'fastify'
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { isoText, milliseconds, type Duration } from '../../values/time.ts'
import { invalid } from '../../http/problem.ts'
import type { Problem } from '../admin/problems.ts'
import { addRoute, type Outcome } from '../admin/api.ts'
import { committed } from '../admin/saving.ts'
import type { OrgClock } from '../clock.ts'
import type { OrgParts } from '../parts.ts'
import type { Fault, FaultKind, FaultOrder } from './faults.ts'
import { parseIsoDuration } from './iso-duration.ts'

/** What the rest of the org is only handed a face of. */
export type TestingParts = { readonly orgClock: OrgClock }

type ClockBody = { readonly advance?: string; readonly reset?: boolean }
const clockSchema: Schema<ClockBody> = {
  type: 'object',
  description: 'One of the two.',
  additionalProperties: false,
  properties: {
    advance: {
      type: 'string',
      maxLength: 60,
      description:
        'ISO 8601, weeks to seconds: P31D, P1W, PT90S. Years and months have no fixed length and are refused.',
    },
    reset: { type: 'boolean', description: "Back to the machine's clock." },
  },
}
const clockAnswer: JsonSchema = {
  type: 'object',
  properties: { now: { type: 'string' }, offsetMs: { type: 'integer' } },
  required: ['now', 'offsetMs'],
}

const kinds = [
  ...(['drop-response', 'delay', 'unavailable', 'in-flight', 'slow-propagation', 'save-does-not-take'] as const),
  ...(['refuse-deploy', 'deploy-not-taking', 'slow-deploy'] as const),
] as const
type FaultBody = {
  readonly kind: FaultKind
  readonly app?: string
  readonly times: number
  readonly rate: number
  readonly seed: number
  readonly for?: string
  readonly when: 'before-commit' | 'after-commit'
}
const faultSchema: Schema<FaultBody> = {
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: { type: 'string', enum: kinds },
    app: { type: 'string', maxLength: 80, description: 'Left out: every app.' },
    times: { type: 'integer', minimum: 1, maximum: 1_000_000_000, default: 1, description: 'How often it strikes.' },
    rate: { type: 'number', minimum: 0, maximum: 1, default: 1, description: 'Share of the requests that it strikes.' },
    seed: { type: 'integer', minimum: 0, maximum: 4_294_967_295, default: 1, description: 'Of the draws for `rate`.' },
    for: {
      type: 'string',
      maxLength: 60,
      description: 'ISO 8601 length of delay, slow-propagation and slow-deploy; PT5S if left out.',
    },
    when: {
      type: 'string',
      enum: ['before-commit', 'after-commit'],
      default: 'before-commit',
      description: 'For delay.',
    },
  },
}
const faultsAnswer: JsonSchema = {
  type: 'object',
  properties: { faults: { type: 'array', items: { type: 'object', additionalProperties: true } } },
  required: ['faults'],
}

export function registerTesting(scope: FastifyInstance, parts: OrgParts, testing: TestingParts): void {
  const tag = 'testing plane'
  addRoute(scope, {
    ...{ method: 'GET', url: '/clock', tag, summary: 'Read the clock', answers: clockAnswer },
    handle: () => ok({ status: 200, body: clockView(testing) }),
  })
  addRoute(scope, {
    ...{
      method: 'POST',
      url: '/clock',
      tag,
      summary: 'Put the clock forward',
      body: clockSchema,
      answers: clockAnswer,
    },
    handle: ({ body }) => moveClock(testing, body),
  })
  addRoute(scope, {
    ...{ method: 'GET', url: '/faults', tag, summary: 'Faults that are still to strike', answers: faultsAnswer },
    handle: () => ok({ status: 200, body: faultsView(parts) }),
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/faults', tag, summary: 'Order a fault', body: faultSchema, answers: faultsAnswer },
    handle: ({ body }) => order(parts, body),
  })
  addRoute(scope, {
    ...{ method: 'DELETE', url: '/faults', tag, summary: 'Cancel all faults' },
    handle: () => {
      parts.faults.clear()
      return ok({ status: 204 })
    },
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/reset', tag, summary: 'Forget grants, codes, sessions and records; keep the setup' },
    answers: { type: 'object' },
    handle: () => reset(parts),
  })
}

const clockView = ({ orgClock }: TestingParts) => ({ now: isoText(orgClock.now()), offsetMs: orgClock.offset() })

async function moveClock(testing: TestingParts, { advance, reset: back }: ClockBody): Promise<Outcome> {
  if ((advance === undefined) === (back !== true)) {
    const message = 'gives neither advance nor reset, or both'
    return fault(
      invalid('OBJECT_INVALID', [{ path: '', message, next: 'Send { "advance": "P31D" } or { "reset": true }.' }]),
    )
  }
  const step = advance === undefined ? ok(milliseconds(0)) : lengthOf('advance', advance)
  if (!step.ok) return step
  const { orgClock } = testing
  await orgClock.setOffset(advance === undefined ? milliseconds(0) : milliseconds(orgClock.offset() + step.value))
  return ok({ status: 200, body: clockView(testing) })
}

function lengthOf(path: string, text: string): Result<Duration, Problem> {
  const length = parseIsoDuration(text)
  if (length.ok) return length
  return fault(invalid('OBJECT_INVALID', [{ path, message: length.fault, next: 'Write it as P31D, P1W or PT90S.' }]))
}

const faultsView = ({ faults }: OrgParts) => ({
  faults: faults
    .list()
    .map(({ fault: { kind, ...rest }, app, ...when }) => ({ kind, ...rest, app: app ?? null, ...when })),
})

function order(parts: OrgParts, body: FaultBody): Outcome {
  const length = lengthOf('for', body.for ?? 'PT5S')
  if (!length.ok) return length
  const { app, times, rate, seed } = body
  const ordered: FaultOrder = { fault: faultOf(body, length.value), app, times, rate, seed }
  parts.faults.add(ordered)
  return ok({ status: 200, body: faultsView(parts) })
}

function faultOf({ kind, when }: FaultBody, length: Duration): Fault {
  switch (kind) {
    case 'delay':
      return { kind, for: length, when }
    case 'slow-propagation':
    case 'slow-deploy':
      return { kind, for: length }
    case 'drop-response':
    case 'unavailable':
    case 'in-flight':
    case 'save-does-not-take':
    case 'refuse-deploy':
    case 'deploy-not-taking':
      return { kind }
  }
}

async function reset(parts: OrgParts): Promise<Outcome> {
  await parts.monitor.flush() // what was counted before belongs to what is forgotten
  const result = committed(await parts.storage.write('reset', {}))
  return result.ok ? ok({ status: 200, body: {} }) : result
}
