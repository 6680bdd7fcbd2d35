/** The Date of answers by the clock that a service works with, which may be another one than the machine's: who compares times needs that one. */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../values/domain.ts'

/** Of every answer of this scope. */
export function dateByOwnClock(scope: FastifyInstance, clock: Clock): void {
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('date', new Date(clock()).toUTCString())
    done()
  })
}
