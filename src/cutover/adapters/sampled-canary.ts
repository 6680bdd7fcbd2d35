/** Real redemptions through a proxy that cannot pin: again and again, until the org's login history shows one from the address (SF-287, SF-288). Each is one
 *  of the canary's, through a keeper that stores what comes before anybody sees it (SF-286). */
import type { Clock } from '../../values/domain.ts'
import { before, milliseconds, minutes, seconds, type Duration, type Instant } from '../../values/time.ts'
import type { CanaryPort } from '../ports.ts'
import type { AddressText } from '../rules/plan.ts'
import { judgeAttempts, ownAttempts, samplingTerms, type Attempt, type OwnTries } from '../rules/sampling.ts'
import type { HistoryPort } from './history.ts'
import { textIn, type JsonApi } from './json-api.ts'
import { verifyCanary } from './keeper-canary.ts'

export type SampledCanaryParts = {
  /** The keeper whose proxy may leave from the address; undefined where none is known. */
  readonly keeperOf: (address: AddressText) => JsonApi | undefined
  readonly connections: readonly string[]
  readonly history: HistoryPort
  readonly clock: Clock
  readonly wait: (length: Duration) => Promise<void>
}

type Tried = Awaited<ReturnType<CanaryPort['redeem']>>

/** In all: the lease of a runner is a minute. */
const longest = seconds(30)

export function sampledCanary(parts: SampledCanaryParts): CanaryPort {
  return {
    async redeem(address) {
      const keeper = parts.keeperOf(address)
      if (keeper === undefined) return { result: 'unclear', evidence: `no proxy of the plan leaves from ${address}` }
      let last: Tried = { result: 'spent', evidence: 'no canary is named' }
      for (const connection of parts.connections) {
        last = await sample(parts, { keeper, connection, address })
        if (last.result !== 'spent') return last
      }
      return last
    },
  }
}

type Canary = { readonly keeper: JsonApi; readonly connection: string; readonly address: AddressText }

async function sample(parts: SampledCanaryParts, canary: Canary): Promise<Tried> {
  const { clock } = parts
  const begun = clock()
  const since = before(begun, minutes(2)) // its clock and ours need not agree
  const known = new Set((await parts.history.attempts(since)).map(({ id }) => id))
  const user = await userOf(canary)
  let evidence = ''
  let refusals = 0
  let successes = 0
  for (let count = 1; count <= samplingTerms.most && clock() - begun < longest; count += 1) {
    const went = await verifyCanary(canary.keeper, canary.connection)
    if (went.result === 'spent') return went
    if (went.result === 'refused') refusals += 1
    if (went.result === 'success') successes += 1
    evidence = `${went.evidence}${count > 1 ? `, the last of ${count} tries` : ''}`
    const fresh = await heardOf(parts, { since, known, own: { user, successes, refusals } })
    const verdict = judgeAttempts(fresh, canary.address)
    if (verdict !== undefined)
      return {
        ...{ result: verdict, refusals },
        evidence: `${verdictWords[verdict]} ${canary.address}, says the login history: ${evidence}`,
      }
    for (const { id } of fresh) known.add(id)
  }
  const leftOut = parts.history.leftOut?.()
  const none = `the login history shows no redemption from ${canary.address}${leftOut === undefined ? '' : ` (${leftOut})`}: ${evidence}`
  return { result: 'unclear', refusals, evidence: none }
}

async function userOf({ keeper, connection }: Canary): Promise<string | undefined> {
  const answer = await keeper.ask('GET', `/connections/${encodeURIComponent(connection)}`)
  return answer.status === 200 ? textIn(answer.body, 'user_id') : undefined
}

const verdictWords = { success: 'a redemption from', refused: 'the list refused one from' } as const

type Listening = { readonly since: Instant; readonly known: ReadonlySet<string>; readonly own: OwnTries }

/** What is new of the canary in the history, which may need a moment to show it. */
async function heardOf(
  { history, wait }: SampledCanaryParts,
  { since, known, own }: Listening,
): Promise<readonly Attempt[]> {
  for (let look = 0; look < looks; look += 1) {
    const fresh = ownAttempts(await history.attempts(since), own).filter(({ id }) => !known.has(id))
    if (fresh.length > 0) return fresh
    await wait(milliseconds(between * (look + 1)))
  }
  return []
}

const looks = 4
const between = 250 // ms, and more with each look
