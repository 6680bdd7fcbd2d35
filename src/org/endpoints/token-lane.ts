/** The ordinary token request, a short form in one piece, answered on its socket. Everything else takes the framework's way. */
import type { Clock } from '../../values/domain.ts'
import type { DirectAnswer, DirectRequest, DirectTerms } from '../../http/direct-lane.ts'
import type { OrgParts } from '../parts.ts'
import { refusalAnswer } from './oauth-form.ts'
import { tokenPath, type TokenAnswering } from './token.ts'

/** Longest request of the lane in bytes: a refresh takes some 600. */
const longest = 16 * 1024

export type TokenLane = Omit<DirectTerms, 'headerMs' | 'keepAliveMs'>

/** `clock`: the machine's own, for the Date field. */
export function openTokenLane(parts: OrgParts, answering: TokenAnswering, clock: Clock): TokenLane {
  const fail = ({ headers }: DirectRequest, cause: unknown): DirectAnswer => {
    parts.log.error('request-failed', { path: tokenPath, cause: cause instanceof Error ? cause.stack : String(cause) })
    const refusal = { code: 'STORE_NOT_AVAILABLE', saw: { why: 'an internal error' } } as const
    return refusalAnswer(parts, { accept: headers.accept }, refusal)
  }
  return {
    ...{ requestLine: `POST ${tokenPath} HTTP/1.1\r\n`, longest, clock },
    answer(request) {
      if (!isForm(request)) return undefined
      return answering(request, request.body).catch((cause: unknown) => fail(request, cause))
    },
  }
}

const isForm = ({ headers }: DirectRequest): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
