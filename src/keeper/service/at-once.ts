/** How much of the listener one tenant may have: a login host that does not answer keeps all who ask for its connections waiting, and nobody else (P-28). */
import type { onRequestHookHandler } from 'fastify'
import { api, type Problem } from './api.ts'

/** Requests of one tenant that may be under way at one time; to be added behind the door that asks for the token. */
export function limitOfOne(most: number): onRequestHookHandler {
  const underWay = new Map<string, number>()
  return (request, reply, done) => {
    const { tenant } = api.callerOf(request)
    const count = underWay.get(tenant) ?? 0
    if (count >= most) return void api.sendProblem(reply, tooMany)
    underWay.set(tenant, count + 1)
    reply.raw.once('close', () => {
      const left = (underWay.get(tenant) ?? 1) - 1
      if (left === 0) underWay.delete(tenant)
      else underWay.set(tenant, left)
    })
    done()
  }
}

const tooMany: Problem = {
  code: 'TOO_MANY_AT_ONCE',
  detail: 'As many requests of this tenant are under way as may be.',
  next: ['Do it again when one of them has ended. If they wait for an org, GET /v1/connections says for which.'],
  retryAfter: 1,
}
