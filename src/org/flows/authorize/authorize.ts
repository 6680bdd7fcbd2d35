/** The authorization endpoint and the consent page: judge, log in, ask once, issue a code (RFC 6749 section 4.1). */
import { page, goTo, returnTo, type Answer } from '../../browser/answer.ts'
import { csrfFits, csrfToken, type FormBinding } from '../../browser/csrf.ts'
import { consentPath, consentUrl, loginUrl, logoutUrl } from '../../browser/paths.ts'
import { browserRefusal, browserSuccess, recordAnonymous, writeHistory } from '../../browser/records.ts'
import { currentSession, freshCookie, type BrowserSession } from '../../browser/sessions.ts'
import type { BrowserParts, Visit } from '../../browser/visit.ts'
import { consentPage } from '../../pages/consent.ts'
import { scopesInWords } from '../../pages/scope-words.ts'
import { returnUrl, type SoundRequest } from '../../rules/authorize.ts'
import type { Refusal } from '../../rules/decide.ts'
import { nextStep, type Found, type NextStep, type Visitor } from '../../rules/next-step.ts'
import { findApprovedScopes } from '../../store/sessions.ts'
import { sha256Hex } from '../../tokens/mac.ts'
import { answerRefused, directError, frameOf, judge, returnRefusal, unavailable } from './judge.ts'
import { openPending, sealPending } from './pending.ts'

/** A sound request on its way, and how it goes on in an address. */
type OnItsWay = {
  readonly visit: Visit
  readonly request: SoundRequest
  readonly found: Found
  readonly session: BrowserSession | undefined
  readonly source: string
}
type LoggedIn = OnItsWay & { readonly session: BrowserSession }

/** `/services/oauth2/authorize`. */
export async function startAuthorization(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const judged = judge(parts, visit.form, visit)
  if (judged.kind !== 'sound') return await answerRefused(parts, judged, visit)
  const session = await currentSession(parts, visit)
  const found: Found = { at: parts.clock(), session: session?.hash }
  const source = sealPending({ form: visit.form, found }, parts)
  const way: OnItsWay = { visit, request: judged.request, found, session, source }
  const step = await stepOf(parts, way)
  return step.kind === 'consent' ? goTo(consentUrl(source)) : await take(parts, step, way)
}

/** The consent page. Where nothing is left to ask, it issues the code at once. */
export async function showConsent(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const way = await resume(parts, visit)
  if ('status' in way) return way
  return await take(parts, await stepOf(parts, way), way)
}

/** The form of the consent page: `oaapprove` or `oadeny` (SF-90, SF-91). */
export async function answerConsent(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const way = await resume(parts, visit)
  if ('status' in way) return way
  const step = await stepOf(parts, way)
  const { session } = way
  if (session === undefined || step.kind === 'login') return goTo(loginUrl(consentUrl(way.source)))
  const loggedIn = { ...way, session }
  if (!csrfFits(visit.form.get('csrf'), formBinding(loggedIn), parts.keyring)) return askConsent(parts, loggedIn, 403)
  if (visit.form.has('oadeny')) return await deny(parts, loggedIn)
  if (visit.form.has('oaapprove')) return await issue(parts, loggedIn)
  return askConsent(parts, loggedIn)
}

/** Everything is judged again: the app, its callbacks or its policies may have changed since the request came. */
async function resume(parts: BrowserParts, visit: Visit): Promise<OnItsWay | Answer> {
  const source = visit.form.get('source') ?? ''
  const pending = openPending(source, parts)
  if (pending === undefined) return directError(parts, { code: 'AUTHORIZATION_EXPIRED', saw: {} })
  const judged = judge(parts, pending.form, visit)
  if (judged.kind !== 'sound') return await answerRefused(parts, judged, visit)
  const session = await currentSession(parts, visit)
  return { visit, request: judged.request, found: pending.found, session, source }
}

async function stepOf(parts: BrowserParts, { request, session, found }: OnItsWay): Promise<NextStep> {
  const asked = { prompt: request.parameters.prompt, scopes: request.scopes }
  return nextStep(asked, session && (await visitorOf(parts, session, request)), found)
}

async function visitorOf(parts: BrowserParts, session: BrowserSession, { app }: SoundRequest): Promise<Visitor> {
  const sets = await parts.storage.read(() => findApprovedScopes(session.userId, app.name))
  const approved = sets.flatMap((scopes) => scopes.split(' '))
  return { session: session.hash, authenticatedAt: session.authenticatedAt, approved }
}

async function take(parts: BrowserParts, step: NextStep, way: OnItsWay): Promise<Answer> {
  const { session } = way
  if (step.kind === 'not-immediate') return await refuseImmediate(parts, way, step.needs)
  if (step.kind === 'login' || session === undefined) return goTo(loginUrl(consentUrl(way.source)))
  return step.kind === 'consent' ? askConsent(parts, { ...way, session }) : await issue(parts, { ...way, session })
}

function askConsent(parts: BrowserParts, way: LoggedIn, status = 200): Answer {
  const { app, parameters, scopes, to } = way.request
  const document = consentPage({
    ...frameOf(parts, parameters),
    csrf: csrfToken(formBinding(way), parts.keyring),
    source: way.source,
    action: consentPath,
    app: { label: app.label, contact: app.contactEmail },
    user: way.session.profile,
    scopes: scopesInWords(scopes),
    notYouUrl: logoutUrl(consentUrl(way.source)),
    returnsTo: placeOf(to.uri),
  })
  return page(document, { status, callback: to.uri })
}

function formBinding({ session, source }: LoggedIn): FormBinding {
  return { purpose: 'consent', bound: session.hash, about: sha256Hex(source) }
}

/** The host of a web address, the scheme of any other. */
function placeOf(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  return url?.host || url?.protocol || uri
}

async function deny(parts: BrowserParts, { visit, request, session }: LoggedIn): Promise<Answer> {
  const refusal: Refusal = { code: 'CONSENT_DENIED', saw: { app: request.app.name } }
  const subject = { act: 'authorize', caller: visit.caller, app: request.app.name, userId: session.userId } as const
  await writeHistory(parts, browserRefusal(parts, subject, { refusal, trace: request.trace }))
  return returnRefusal(parts, request.to, refusal)
}

async function refuseImmediate(
  parts: BrowserParts,
  { visit, request, session }: OnItsWay,
  needs: 'login' | 'consent',
): Promise<Answer> {
  const refusal: Refusal = { code: 'IMMEDIATE_NOT_POSSIBLE', saw: { needs } }
  const subject = {
    act: 'authorize',
    caller: visit.caller,
    app: request.app.name,
    userId: session?.userId ?? null,
  } as const
  await recordAnonymous(parts, subject, { refusal, trace: request.trace })
  return returnRefusal(parts, request.to, refusal)
}

/** Each call issues a code of its own. A form that is sent twice makes two, each good once; the one that no client sees dies of age. One code for both
 *  would be worse: its second arrival counts as a reuse and revokes what the first was exchanged for (SF-85). */
async function issue(parts: BrowserParts, { visit, request, session }: LoggedIn): Promise<Answer> {
  const { app, parameters, scopes, challenge, to, trace } = request
  const code = `aPrx${freshCookie(parts)}` // SF-05
  const subject = { act: 'authorize', caller: visit.caller, app: app.name, userId: session.userId } as const
  const plan = {
    code: {
      hash: sha256Hex(code),
      app: app.name,
      userId: session.userId,
      redirectUri: to.uri,
      scopes: scopes.join(' '),
      challenge: challenge?.text ?? null,
      challengeMethod: challenge?.method ?? null,
      nonce: parameters.nonce ?? null,
      issuedAt: parts.clock(),
      authenticatedAt: session.authenticatedAt,
    },
    history: browserSuccess(parts, subject, trace),
  }
  // a code that nobody waits for any more is not issued
  const result = await parts.storage.write('issueCode', plan, { listening: visit.caller.listening })
  if (result.kind !== 'committed') return unavailable(parts, result)
  return returnTo(returnUrl(to, { code }))
}
