/** Redemptions are watched after the removal. */
import { after, instant } from '../../../values/time.ts'
import { noEvidence } from '../verdict.ts'
import { type Step, firstOf } from './step.ts'
import { recheck } from './tried.ts'

/** SF-285. Back there is nothing to watch: it is what there was. */
export const watched: Step = ({ state, now }) => {
  const { removedAt, watched: last, plan, direction, redemptions } = state
  if (direction === 'back' || removedAt === undefined) return undefined
  const { terms, to } = plan
  const bad = to.find((each) => (redemptions.get(each)?.refused ?? 0) > 0)
  if (bad !== undefined) return { kind: 'turn', why: `the org refuses ${bad} since the old addresses were removed` }
  const late = last === undefined || last.at < removedAt || now - last.at > terms.retry
  if (last !== undefined && last.at >= removedAt && isTrouble(last, terms.redemptionSuccess))
    return {
      kind: 'turn',
      why: `${last.attempts - last.successes} of ${last.attempts} redemptions failed since the old addresses were removed`,
    }
  const stale = firstOf(to, (address) =>
    recheck(state, now, { address, evidence: redemptions.get(address) ?? noEvidence }),
  )
  if (stale !== undefined) return stale
  const until = after(removedAt, terms.watch)
  if (last !== undefined && last.at >= until) return undefined
  if (late || now >= until) return { kind: 'watch', since: removedAt }
  return { kind: 'wait', until: instant(Math.min(until, last.at + terms.retry + 1)), why: 'redemptions are watched' }
}

const isTrouble = (
  { attempts, successes, refused }: { readonly attempts: number; readonly successes: number; readonly refused: number },
  share: number,
): boolean => refused > 0 || (attempts > 0 && successes / attempts < share)
