/** A removal that nobody can read is in force when the org refuses what was removed, and not because somebody says so. That costs nothing: the list is
 *  asked before the token is (SF-22). */
import { after, instant, type Instant } from '../../../values/time.ts'
import { halt, type Command } from '../command.ts'
import { isAdmitted, showingSince, toBeRefused, type ListState } from '../list-state.ts'
import { ofApp, sidesOf } from '../plan.ts'
import { noEvidence } from '../verdict.ts'
import { type ListLooking, type ListStep, type Step, firstOf, inTurn, saveList, setPool } from './step.ts'
import { removed } from './remove.ts'
import { sinceOf, tried } from './tried.ts'
import { stillOpen } from './tunnels.ts'
import { watched } from './watch.ts'

const toShow = ({ state, list }: ListLooking): readonly string[] =>
  list.goneAt === undefined ? toBeRefused(state.plan, state.direction, list) : []

/** What traffic leaves from is admitted still, whatever was typed. */
export const unharmed: ListStep = (looking) => {
  const { state, now, list } = looking
  if (toShow(looking).length === 0) return undefined
  const since = showingSince(state.plan, list) ?? now
  if (now < since) return { kind: 'wait', until: since, why: waitingWords(list) }
  return admittedSince(looking, since)
}

export const waitingWords = ({ isMixed }: ListState): string =>
  isMixed
    ? 'what was asked before may still be what is in force, however slow it is'
    : 'the list may need as long to be in force everywhere'

/** The list that refuses what was to go is another one than that which admitted before. */
export const unharmedSince: ListStep = (looking) => {
  const { state, list } = looking
  const { plan, direction } = state
  if (list.goneAt === undefined || toBeRefused(plan, direction, list).length === 0) return undefined
  return admittedSince(looking, list.goneAt)
}

function admittedSince(looking: ListLooking, since: Instant): Command | undefined {
  const { state, now, at, list } = looking
  return firstOf(sidesOf(state.plan, state.direction).target, (address) => {
    const found = list.redemptions.get(address)
    if (isAdmitted(found, since)) return undefined
    const evidence = found === undefined || (found.lastTry ?? 0) < since ? noEvidence : { ...found, successes: 0 }
    const refused = `the org refuses ${address}${ofApp(state.plan, at, 'for')} since the list was changed`
    if (evidence.refused > 0) return harmed(looking, { address, refused })
    return tried(state, now, { evidence, enough: 1, command: { kind: 'redeem', list: at, address }, refused })
  })
}

/** Back, traffic leaves from there: whoever types is asked for it at once. */
function harmed(
  looking: ListLooking,
  { address, refused }: { readonly address: string; readonly refused: string },
): Command {
  const { state, at } = looking
  if (state.direction === 'forth') return { kind: 'turn', why: refused }
  return saveList(
    looking,
    { add: [address], remove: [] },
    {
      why: refused,
      inVain: () =>
        halt(
          `Traffic leaves from ${address}, and the list${ofApp(state.plan, at)} does not take it.`,
          'Add it by hand, at once.',
        ),
    },
  )
}

/** What is drained takes nothing, a canary neither. */
export const reachable: ListStep = (looking) => {
  const { seen } = looking
  const gone = toShow(looking)
  if (gone.length === 0) return undefined
  const drained = seen.pool.members.filter(
    ({ address, mode, tunnels }) => gone.includes(address) && mode === 'draining' && tunnels !== 'unknown',
  )
  const open = stillOpen(looking, gone)
  if (open !== undefined) return open
  const modes = [
    ...gone.filter((each) => !seen.pool.members.some(({ address }) => address === each)),
    ...drained.map(({ address }) => address),
  ].map((address) => ({ address, mode: 'standby' as const }))
  return modes.length === 0
    ? undefined
    : setPool(seen, modes, 'to see a redemption from each refused; only what is pinned leaves by them')
}

export const gone: ListStep = (looking) => {
  const { state, now, at, list } = looking
  const { plan } = state
  const still = toShow(looking)
  const admitted = still.filter((each) => sinceOf(list.redemptions.get(each), list.changedAt).successes > 0)
  if (admitted.length > 0) return askAgain(looking, { still, admitted })
  return firstOf(still, (address) => {
    const evidence = sinceOf(list.redemptions.get(address), list.changedAt)
    if (evidence.refused > 0) return undefined
    if (evidence.unclear >= plan.terms.patience)
      return halt(
        `Nobody can tell whether ${address} is out of the list${ofApp(plan, at)}.`,
        'Nothing leaves from there. See why no redemption from there is answered, and run it again.',
      )
    const until = after(evidence.lastTry ?? instant(0), plan.terms.retry)
    if (evidence !== noEvidence && now < until) return { kind: 'wait', until, why: 'the last try said nothing' }
    return { kind: 'redeem', list: at, address }
  })
}

const askAgain = (
  looking: ListLooking,
  { still, admitted }: { readonly still: readonly string[]; readonly admitted: readonly string[] },
): Command =>
  saveList(
    looking,
    { add: [], remove: still },
    {
      why: `the org still admits ${admitted.join(' and ')}`,
      inVain: () =>
        halt(
          `The org still admits ${admitted.join(' and ')}${ofApp(looking.state.plan, looking.at, 'for')}, which is said to be removed.`,
          'Nothing leaves from there: remove it by hand, or leave it.',
        ),
    },
  )

export const dropped: Step = inTurn(removed, unharmed, reachable, gone, unharmedSince, watched)
