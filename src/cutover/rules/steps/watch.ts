/** Redemptions are watched after the removal. */
import { after, instant, type Instant } from '../../../values/time.ts'
import { halt } from '../command.ts'
import { beforeWords, hasFallen, type Baseline } from '../baseline.ts'
import type { Counts } from '../journal.ts'
import type { ListState } from '../list-state.ts'
import { ofApp } from '../plan.ts'
import { noEvidence } from '../verdict.ts'
import { type ListStep, firstOf } from './step.ts'
import { recheck } from './tried.ts'

/** SF-285. Back there is nothing to watch: it is what there was. */
export const watched: ListStep = ({ state, now, at, list }) => {
  const { plan, direction } = state
  const { watched: last, redemptions, removedAt } = list
  if (direction === 'back' || removedAt === undefined) return undefined
  const since = list.goneAt ?? removedAt
  const { terms, to } = plan
  const whose = ofApp(plan, at, 'for')
  const bad = to.find((each) => (redemptions.get(each)?.refused ?? 0) > 0)
  if (bad !== undefined)
    return { kind: 'turn', why: `the org refuses ${bad}${whose} since the old addresses were removed` }
  if (last !== undefined && isTrouble(last, list.baseline, terms.redemptionSuccess))
    return {
      kind: 'turn',
      why: `${last.attempts - last.successes} of ${last.attempts} redemptions${ofApp(plan, at)} failed since the old addresses were removed${beforeWords(list.baseline)}`,
    }
  if (list.uncounted >= terms.patience)
    return halt(
      `Nobody can tell how redemptions${ofApp(plan, at)} go: ${list.uncounted} counts in a row were not whole.`,
      `See that the org answers, and run it again; ${removed}`,
    )
  const until = after(since, terms.watch)
  const isOver = last?.whole === true && last.at >= until
  const again = last === undefined || last.at > now ? now : instant(last.at + terms.retry + 1)
  // what others are refused is looked at also while the canary says nothing
  if (!isOver && again <= now) return { kind: 'watch', list: at, since: removedAt, before: false }
  const stale = firstOf(to, (address) =>
    recheck(state, now, {
      list: at,
      address,
      evidence: evidenceOf(list, address, { last, until }),
      meanwhile: removed,
    }),
  )
  if (stale !== undefined) return stale
  if (isOver) return undefined
  if (now >= until && last?.whole === true) return { kind: 'watch', list: at, since: removedAt, before: false }
  return { kind: 'wait', until: now < until ? instant(Math.min(until, again)) : again, why: 'redemptions are watched' }
}

const removed = 'the old addresses are removed, and can be had back by a rollback.'

/** Where nobody redeems, a canary does so once more when the time is over: no traffic is no success (L-90). */
function evidenceOf(
  { redemptions }: ListState,
  address: string,
  { last, until }: { readonly last: ListState['watched']; readonly until: Instant },
): typeof noEvidence {
  const evidence = redemptions.get(address) ?? noEvidence
  const isQuiet = last !== undefined && last.at >= until && last.attempts === 0
  return isQuiet && (evidence.lastSuccess ?? 0) < until ? { ...evidence, lastSuccess: undefined } : evidence
}

/** Of a count that leaves some out only a refusal says something. */
const isTrouble = (counts: Counts, baseline: Baseline | undefined, wanted: number): boolean =>
  counts.refused > 0 || (counts.whole && hasFallen(counts, baseline, wanted))
