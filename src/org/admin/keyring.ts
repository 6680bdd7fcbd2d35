/** `/keyring`: the keys that prove tokens, by id and state, and a new one of them (P-09). No key is ever shown. */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { JsonSchema, Schema } from '../../values/schema.ts'
import type { AdminParts } from './admin-parts.ts'
import { addRoute, type Outcome } from './api.ts'
import { actor, committed } from './saving.ts'

type Body = { readonly compromised?: boolean }
const bodySchema: Schema<Body> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    compromised: {
      type: 'boolean',
      default: false,
      description:
        'Marks the keys of before as compromised: their current refresh tokens still redeem, their spent ones prove no replay, their access tokens are dead.',
    },
  },
}
const answers: JsonSchema = {
  type: 'object',
  properties: {
    tagKeys: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer' },
          state: { type: 'string', enum: ['active', 'retired', 'compromised'] },
        },
        required: ['id', 'state'],
      },
    },
  },
  required: ['tagKeys'],
}

export function registerKeyring(scope: FastifyInstance, parts: AdminParts): void {
  const tag = 'keyring'
  addRoute(scope, {
    ...{ method: 'GET', url: '/keyring', tag, summary: 'List the keys that prove tokens', answers },
    handle: () => ok({ status: 200, body: { tagKeys: parts.heldKeyring.tagKeys() } }),
  })
  addRoute(scope, {
    ...{ method: 'POST', url: '/keyring/rotate', tag, summary: 'Mint tokens with a new key; old tokens stay good' },
    body: bodySchema,
    answers,
    handle: ({ body }) => rotate(parts, body.compromised ?? false),
  })
}

/** On record first: where the file then cannot be written, there is a record of a rotation that was not, and never a rotation without its record. */
async function rotate(parts: AdminParts, compromised: boolean): Promise<Outcome> {
  const at = parts.clock()
  const before = JSON.stringify(parts.heldKeyring.tagKeys())
  const entry = { id: parts.recordIds(at), at, actor, action: 'rotateTagKey', object: 'keyring' }
  const audit = committed(
    await parts.storage.write('recordAudit', { ...entry, before, after: JSON.stringify({ compromised }) }),
  )
  if (!audit.ok) return audit
  const rotated = await parts.heldKeyring.rotateTagKey({ compromised })
  if (!rotated.ok)
    return fault({
      code: 'KEYRING_FULL',
      detail: rotated.fault,
      next: ['Start a new installation, for which everybody authorizes again.'],
    })
  return ok({ status: 200, body: { tagKeys: rotated.value } })
}
