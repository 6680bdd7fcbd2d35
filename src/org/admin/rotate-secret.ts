/** `POST /apps/NAME/rotate-consumer-secret`: a new secret at once, and every token of the app ends (SF-213). */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import type { OrgParts } from '../parts.ts'
import { findApp } from '../store/apps.ts'
import { mintConsumerSecret, sealConsumerSecret } from '../tokens/consumer-secret.ts'
import { noApp } from './apps.ts'
import { addRoute, type Outcome } from './api.ts'
import { saveChange, untilSaved } from './saving.ts'

export function registerRotateSecret(scope: FastifyInstance, parts: OrgParts): void {
  addRoute(scope, {
    method: 'POST',
    url: '/apps/:name/rotate-consumer-secret',
    tag: 'apps',
    summary: 'Replace the consumer secret; all grants of the app end',
    answers: {
      type: 'object',
      properties: {
        consumerSecret: { type: 'string', description: 'Shown here and never again.' },
        grantsEnded: { type: 'integer' },
      },
      required: ['consumerSecret', 'grantsEnded'],
    },
    handle: ({ param }) => rotate(parts, param('name')),
  })
}

async function rotate(parts: OrgParts, name: string): Promise<Outcome> {
  const secret = mintConsumerSecret(parts.random)
  const saved = await untilSaved(async () => {
    const row = await parts.storage.read(() => findApp(name))
    if (row === undefined) return fault(noApp(name))
    const same = { appKind: row.kind, name, consumerKey: row.consumerKey, content: row.content, expects: row.content }
    const sealedSecret = sealConsumerSecret(secret, name, parts)
    const change = { kind: 'app', ...same, listChanged: false, sealedSecret, endsGrants: 'key-rotated' } as const
    const attempt = await saveChange(parts, change, 'rotateConsumerSecret')
    if (!attempt.ok) return attempt
    return ok(attempt.value.kind === 'stale' ? ('stale' as const) : attempt.value.ended.length)
  })
  if (!saved.ok) return saved
  return ok({ status: 200, body: { consumerSecret: secret.expose(), grantsEnded: saved.value } })
}
