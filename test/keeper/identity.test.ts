import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { identityOf } from '../../src/keeper/refresh/settle.ts'
import { readTokenReply } from '../../src/keeper/rules/token-reply.ts'

test('SF-43: an identity of a reply is two ids, or nobody’s', () => {
  const identity = (id: string): unknown => {
    const reply = readTokenReply(JSON.stringify({ access_token: 'a', id }))
    return reply.kind === 'tokens' ? identityOf(reply.tokens) : reply
  }
  const [orgId, userId] = ['00D000000000001EAA', '005000000000001']
  deepEqual(identity(`https://login.salesforce.com/id/${orgId}/${userId}`), { orgId, userId })
  for (const id of [`x/id/00D\u001b[2J0000000001/${userId}`, `x/id/${orgId}/me`, `x/id/${orgId}/${userId}/more`])
    deepEqual(identity(id), {}, id)
})
