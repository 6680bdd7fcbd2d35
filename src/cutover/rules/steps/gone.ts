/** A removal that nobody can read is in force when the org refuses what was removed, and not because somebody says so. That costs nothing: the list is
 *  asked before the token is (SF-22). */
import { after, instant } from '../../../values/time.ts'
import { halt } from '../command.ts'
import { toBeRefused } from '../list-state.ts'
import { ofApp, sidesOf } from '../plan.ts'
import { noEvidence } from '../verdict.ts'
import { type ListStep, type Step, firstOf, inTurn, saveList, setPool } from './step.ts'
import { removed } from './remove.ts'
import { sinceOf, tried } from './tried.ts'
import { stillOpen } from './tunnels.ts'
import { watched } from './watch.ts'

const toShow = ({ state, list }: Parameters<ListStep>[0]): readonly string[] =>
  list.goneAt === undefined ? toBeRefused(state.plan, state.direction, list) : []

/** What traffic leaves from is admitted still, whatever was typed. */
export const unharmed: ListStep = (looking) => {
  const { state, now, at, list } = looking
  if (toShow(looking).length === 0) return undefined
  const { plan, direction } = state
  const inForce = list.changedAt === undefined ? now : after(list.changedAt, plan.terms.propagation)
  if (now < inForce)
    return { kind: 'wait', until: inForce, why: 'the removal may need as long to be in force everywhere' }
  return firstOf(sidesOf(plan, direction).target, (address) => {
    const evidence = sinceOf(list.redemptions.get(address), list.changedAt)
    const refused = `the org refuses ${address}${ofApp(plan, at, 'for')} since the list was changed`
    if (evidence.refused > 0 && direction === 'forth') return { kind: 'turn', why: refused }
    const command = { kind: 'redeem', list: at, address } as const
    return tried(state, now, { evidence, enough: 1, command, refused })
  })
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
  return modes.length === 0 ? undefined : setPool(seen, modes, 'only what is pinned leaves by them: to see it refused')
}

export const gone: ListStep = (looking) => {
  const { state, now, at, list } = looking
  const { plan } = state
  const still = toShow(looking)
  const admitted = still.filter((each) => sinceOf(list.redemptions.get(each), list.changedAt).successes > 0)
  if (admitted.length > 0)
    return saveList(
      looking,
      { add: [], remove: still },
      {
        why: `the org still admits ${admitted.join(' and ')}`,
        inVain: () =>
          halt(
            `The org still admits ${admitted.join(' and ')}${ofApp(plan, at, 'for')}, which is said to be removed.`,
            'Nothing leaves from there: remove it by hand, or leave it.',
          ),
      },
    )
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

export const dropped: Step = inTurn(removed, unharmed, reachable, gone, watched)
