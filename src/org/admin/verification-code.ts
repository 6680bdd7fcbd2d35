/** `/users/NAME/verification-code`: the code that a login from an unknown browser waits for, for whoever administers the org (SF-315). */
import type { FastifyInstance } from 'fastify'
import { fault, ok } from '../../values/result.ts'
import { instant, isoText } from '../../values/time.ts'
import { codeLimits, readVerificationCode } from '../flows/login/code.ts'
import type { OrgParts } from '../parts.ts'
import { findUser } from '../store/users.ts'
import { findVerificationCode } from '../store/verification.ts'
import { notFound } from './problems.ts'
import { addRoute, type Outcome } from './api.ts'
import { actor, committed } from './saving.ts'
import { noUser } from './users.ts'

export function registerVerificationCode(scope: FastifyInstance, parts: OrgParts): void {
  const url = '/users/:name/verification-code'
  const tag = 'users'
  addRoute(scope, {
    ...{ method: 'GET', url, tag, summary: 'Read the code that a login waits for' },
    answers: {
      type: 'object',
      properties: { code: { type: 'string' }, issuedAt: { type: 'string' }, attempts: { type: 'integer' } },
      required: ['code', 'issuedAt', 'attempts'],
    },
    handle: ({ param }) => show(parts, param('name')),
  })
  addRoute(scope, {
    ...{ method: 'DELETE', url, tag, summary: 'Forget the code' },
    handle: ({ param }) => forget(parts, param('name')),
  })
}

const none = (name: string) =>
  fault(notFound('live verification code for a user that', name, 'Log in first, from an unknown browser.'))

async function show(parts: OrgParts, name: string): Promise<Outcome> {
  const user = await parts.storage.read(() => findUser(name))
  if (user === undefined) return fault(noUser(name))
  const row = await parts.storage.read(() => findVerificationCode(user.id))
  const limits = codeLimits(parts.clock())
  if (row === undefined || row.issuedAt < limits.since || row.attempts >= limits.most) return none(name)
  const code = readVerificationCode(user.id, row.sealedCode, parts.keyring)
  if (code === undefined) return none(name)
  await parts.storage.write('recordAudit', auditOf(parts, user.username))
  return ok({ status: 200, body: { code, issuedAt: isoText(instant(row.issuedAt)), attempts: row.attempts } })
}

/** That it was read is on the record; the code is not. */
function auditOf(parts: OrgParts, username: string) {
  const at = parts.clock()
  const what = { action: 'readVerificationCode', object: `user ${username}`, before: null, after: null }
  return { id: parts.recordIds(at), at, actor, ...what }
}

async function forget(parts: OrgParts, name: string): Promise<Outcome> {
  const user = await parts.storage.read(() => findUser(name))
  if (user === undefined) return fault(noUser(name))
  const gone = committed(await parts.storage.write('forgetVerificationCode', { userId: user.id }))
  return gone.ok ? ok({ status: 204 }) : gone
}
