/** Puts an authorization request before the rules, with the settings now in force, and answers what they refuse. */
import { page, goTo, returnTo, type Answer } from '../../browser/answer.ts'
import { errorUrl } from '../../browser/paths.ts'
import { recordAnonymous } from '../../browser/records.ts'
import type { BrowserParts, Visit } from '../../browser/visit.ts'
import { directErrorPage } from '../../pages/error.ts'
import type { Frame } from '../../pages/layout.ts'
import type { OrgParts } from '../../parts.ts'
import { judgeAuthorize, returnUrl, type AuthorizeJudgement, type ReturnAddress } from '../../rules/authorize.ts'
import {
  longestRequest,
  readAuthorizeParameters,
  requestIsTooLong,
  type AuthorizeParameters,
} from '../../rules/authorize-parameters.ts'
import type { Refusal } from '../../rules/decide.ts'
import { errors } from '../../rules/errors/catalogue.ts'
import { publicWords } from '../public-words.ts'

export type Judged = AuthorizeJudgement | { readonly kind: 'too-long'; readonly refusal: Refusal }

export function judge(parts: OrgParts, form: ReadonlyMap<string, string>, { caller }: Pick<Visit, 'caller'>): Judged {
  if (requestIsTooLong(form))
    return { kind: 'too-long', refusal: { code: 'REQUEST_TOO_LONG', saw: { longest: longestRequest } } }
  const parameters = readAuthorizeParameters(form)
  const client = parts.settings.current().appsByConsumerKey.get(parameters.clientId ?? '')
  return judgeAuthorize({
    parameters,
    client,
    now: parts.clock(),
    from: caller.from,
    pkce: parts.configuration.pkce,
  })
}

/** Every refusal is recorded, or counted where anybody could cause it without end (P-11). */
export async function answerRefused(
  parts: BrowserParts,
  judged: Exclude<Judged, { kind: 'sound' }>,
  { caller }: Pick<Visit, 'caller'>,
): Promise<Answer> {
  const app = judged.kind === 'too-long' ? null : (judged.app?.name ?? null)
  await recordAnonymous(parts, { act: 'authorize', caller, app, userId: null }, judged)
  switch (judged.kind) {
    case 'too-long':
    case 'direct':
      return directError(parts, judged.refusal)
    case 'error-page':
      return goTo(errorUrl(judged.page))
    case 'redirected':
      return returnRefusal(parts, judged.to, judged.refusal)
  }
}

/** Shown in place, redirected nowhere (SF-81). The next steps are those of the catalogue: whoever reads this page is setting up the client. */
export function directError(parts: OrgParts, refusal: Refusal): Answer {
  const { status, error, description } = publicWords(refusal.code, parts.configuration)
  const next = errors[refusal.code].next(refusal.saw)
  const retry = status === 503 ? { 'retry-after': '1' } : {}
  const answer = page(directErrorPage({ ...frameOf(parts), error, description, next }), { status })
  return { ...answer, headers: { ...answer.headers, ...retry } }
}

/** Error, description and state, in the place that the flow uses (SF-71, SF-80). */
export function returnRefusal(parts: OrgParts, to: ReturnAddress, { code }: Refusal): Answer {
  const { error, description } = publicWords(code, parts.configuration)
  return returnTo(returnUrl(to, { error, error_description: description }))
}

export function frameOf(parts: OrgParts, parameters?: Pick<AuthorizeParameters, 'display'>): Frame {
  const { name } = parts.settings.current().organization
  return { organization: { name }, display: parameters?.display }
}

/** The store did not take what was to be written: nothing was issued, and the same page may be tried again. */
export function unavailable(parts: OrgParts, why: { readonly kind: string }): Answer {
  parts.log.error('browser-write-not-stored', { kind: why.kind })
  return directError(parts, { code: 'STORE_NOT_AVAILABLE', saw: { why: 'the store failed' } })
}
