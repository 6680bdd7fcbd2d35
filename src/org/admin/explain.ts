/** `POST /apps/NAME/explain`: what a redemption from an address would meet, and why. Changes nothing, not even history. */
import type { FastifyInstance } from 'fastify'
import { formatAddress, parseAddress, type Address } from '../../ip/address.ts'
import { explainAddressFault } from '../../ip/address-fault.ts'
import { one } from '../../storage/program.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import { publicWords } from '../flows/public-words.ts'
import { grantFacts } from '../flows/token/grant-facts.ts'
import type { OrgParts } from '../parts.ts'
import type { ClientProof, Request, TokenFlow } from '../rules/app.ts'
import { decide, explainTrace, type Decision } from '../rules/decide.ts'
import { errors } from '../rules/errors/catalogue.ts'
import type { AppEntry } from '../settings.ts'
import { findGrant, type GrantRow } from '../store/grants.ts'
import { findUser } from '../store/users.ts'
import { noApp } from './apps.ts'
import { invalid } from '../../http/problem.ts'
import { notFound, type Problem } from './problems.ts'
import { addRoute, type Outcome } from './api.ts'

const flows = ['refresh_token', 'authorization_code', 'hybrid_refresh', 'hybrid_auth_code'] as const
const proofs = ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'] as const
type Body = {
  readonly from: string
  readonly flow: TokenFlow
  readonly proof: ClientProof
  readonly username?: string
}
const bodySchema: Schema<Body> = {
  type: 'object',
  additionalProperties: false,
  required: ['from'],
  properties: {
    from: { type: 'string', maxLength: 100, description: 'The address that the token endpoint would see.' },
    flow: { type: 'string', enum: flows, default: 'refresh_token' },
    proof: {
      type: 'string',
      enum: proofs,
      default: 'client_secret_post',
      description: 'How the client proves itself.',
    },
    username: { type: 'string', maxLength: 80, description: "Decides on this user's newest live grant as well." },
  },
}
const strings: JsonSchema = { type: 'array', items: { type: 'string' } }
const answers: JsonSchema = {
  type: 'object',
  properties: {
    verdict: { type: 'string', enum: ['allowed', 'refused', 'no-grant'] },
    app: { type: 'string' },
    from: { type: 'string' },
    flow: { type: 'string' },
    rotationMode: { type: 'string' },
    code: { type: 'string' },
    policy: { type: 'string' },
    means: { type: 'string' },
    next: strings,
    public: { type: 'object', description: 'What the client is told.', additionalProperties: true },
    grant: { type: 'string' },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          step: { type: 'string' },
          trace: { type: 'array', items: { type: 'object', additionalProperties: true } },
          sentences: strings,
        },
      },
    },
  },
  required: ['verdict', 'app', 'from', 'flow', 'steps'],
}

export function registerExplain(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    ...{ method: 'POST', url: '/apps/:name/explain', tag: 'apps', answers, body: bodySchema },
    summary: 'Say whether a redemption from an address would be allowed, and why',
    handle: ({ body, param }) => explain(parts, param('name'), body),
  })
}

async function explain(parts: OrgParts, name: string, body: Body): Promise<Outcome> {
  const entry = parts.settings.current().appsByName.get(name)
  if (entry === undefined) return fault(noApp(name))
  const address = parseAddress(body.from)
  if (!address.ok) {
    const message = explainAddressFault(address.fault)
    return fault(invalid('OBJECT_INVALID', [{ path: 'from', message, next: 'Give one IPv4 or IPv6 address.' }]))
  }
  const common = commonOf(parts, entry, address.value)
  const caller: Request = { step: 'caller', flow: body.flow, proof: body.proof, ...common }
  const steps: Step[] = [{ step: 'caller', decision: decide(caller, entry.policies) }]
  const grant = await grantOf(parts, name, body)
  if (!grant.ok) return grant
  if (grant.value !== undefined && steps[0]?.decision.kind === 'allowed' && body.flow.includes('refresh')) {
    const refresh: Request = { step: 'refresh', flow: body.flow, grant: grantFacts(grant.value), ...common }
    steps.push({ step: 'refresh', decision: decide(refresh, entry.policies) })
  }
  const lacksGrant = body.username !== undefined && grant.value === undefined
  const told = {
    app: name,
    from: formatAddress(address.value),
    flow: body.flow,
    ...verdictOf(parts, steps, lacksGrant),
  }
  return ok({
    status: 200,
    body: { ...told, ...(grant.value && { grant: grant.value.id }), steps: steps.map(stepView) },
  })
}

type Step = { readonly step: 'caller' | 'refresh'; readonly decision: Decision }

function commonOf(parts: OrgParts, { app }: AppEntry, address: Address) {
  return { now: parts.clock(), from: { address, via: 'peer', peer: address }, app } as const
}

async function grantOf(
  parts: OrgParts,
  app: string,
  { username }: Body,
): Promise<Result<GrantRow | undefined, Problem>> {
  if (username === undefined) return ok(undefined)
  const user = await parts.storage.read(() => findUser(username))
  if (user === undefined) return fault(notFound('user', username, 'GET /admin/v1/users lists the users.'))
  const row = await parts.storage.read(function* () {
    const newest = yield* one<{ id: string }>(
      `SELECT id FROM grants WHERE user_id = ? AND app = ? AND ended IS NULL AND token_hash IS NOT NULL
       ORDER BY authorization_record DESC, authorized_at DESC, id DESC LIMIT 1`,
      user.id,
      app,
    )
    return newest === undefined ? undefined : yield* findGrant(newest.id)
  })
  return ok(row)
}

function verdictOf(parts: OrgParts, steps: readonly Step[], lacksGrant: boolean): Readonly<Record<string, unknown>> {
  const mode = { rotationMode: parts.configuration.rotationMode } // L-21
  const refused = steps.map(({ decision }) => decision).find(({ kind }) => kind === 'refused')
  if (refused?.kind !== 'refused') return { verdict: lacksGrant ? 'no-grant' : 'allowed', ...mode }
  const { code, saw } = refused.refusal
  const { means, next } = errors[code]
  const words = { means: means(saw), next: next(saw), public: publicWords(code, parts.configuration) }
  return { verdict: 'refused', ...mode, code, policy: refused.policy, ...words }
}

const stepView = ({ step, decision }: Step) => ({
  step,
  trace: decision.trace,
  sentences: explainTrace(decision.trace),
})
