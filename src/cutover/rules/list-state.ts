/** What the journal of a cutover comes to for the list of one app. */
import type { RangeRow } from '../../ip/range-spelling.ts'
import { after, type Duration, type Instant } from '../../values/time.ts'
import { withCount, type Baseline } from './baseline.ts'
import type { Counts, Entry, SaveList } from './journal.ts'
import { sidesOf, type AddressText, type Direction, type Plan, type Terms } from './plan.ts'
import type { ListSeen } from './seen.ts'
import { noEvidence, withTry, type Evidence, type TryResult } from './verdict.ts'

export type Evidences = ReadonlyMap<AddressText, Evidence>

export type ListState = {
  /** As it was when the plan was made; a rollback ends there. */
  readonly first: ListSeen
  /** The addresses of the plan that were listed when the list was last seen, by whomever. */
  readonly listed: readonly AddressText[]
  /** What everything else in the list has to be; undefined where the next look settles it. */
  readonly others: string | undefined
  readonly claimed: boolean
  /** What a person last confirmed that it holds. */
  readonly claim: readonly RangeRow[] | undefined
  /** What a person was asked to do, and has not confirmed. */
  readonly asked:
    { readonly act: SaveList; readonly instruction: string; readonly rows: readonly RangeRow[] } | undefined
  /** What a person was last asked to do is in force, as redemptions have shown. */
  readonly isShown: boolean
  /** It was asked for while what was asked before was not shown: either of the two may be what is in force, for as long as the slowest takes (L-97). */
  readonly isMixed: boolean
  /** What a person was last asked to do, confirmed or not. */
  readonly lastAsked: SaveList | undefined
  /** Nobody knows of these whether they are listed: a person was asked to change them, and may do it at any time. */
  readonly doubtful: ReadonlySet<AddressText>
  /** All that a person was ever asked to change. */
  readonly entrusted: ReadonlySet<AddressText>
  /** Since when the list is as it is, as far as is known. */
  readonly changedAt: Instant | undefined
  /** Addresses that were never listed without a break, which is to say that they have to be proven before traffic leaves from them. */
  readonly unproven: ReadonlySet<AddressText>
  readonly redemptions: Evidences
  /** Since when nothing of the source is listed. */
  readonly removedAt: Instant | undefined
  /** Since when redemptions from all that was removed are refused; only where a removal is a person's word. */
  readonly goneAt: Instant | undefined
  /** Saves of the list since the last one that was seen to have taken; where a person does them, of the same. */
  readonly saves: number
  /** What saves that were meant since then take out, so that nobody else is blamed for it. */
  readonly removing: readonly AddressText[]
  /** Of the canary, from what was removed, and since: they are in what is counted, and nobody's trouble. */
  readonly ownRefusals: number
  /** Before the traffic moved. */
  readonly baseline: Baseline | undefined
  readonly watched: ({ readonly at: Instant } & Counts) | undefined
  /** Counts in a row that left something out. */
  readonly uncounted: number
}

export const beginningOf = (plan: Plan, first: ListSeen): ListState => ({
  ...{ first, listed: first.listed, others: first.others, claimed: first.claimed, claim: undefined },
  ...{ isShown: true, isMixed: false },
  ...{ asked: undefined, lastAsked: undefined, doubtful: new Set(), entrusted: new Set() },
  ...{ changedAt: undefined, removedAt: undefined, goneAt: undefined, saves: 0, removing: [] },
  ...{ redemptions: new Map(), ownRefusals: 0, baseline: undefined, watched: undefined, uncounted: 0 },
  unproven: new Set([...plan.to, ...plan.from.filter((each) => !first.listed.includes(each))]),
})

/** What traffic may rely on. */
export const surelyListed = ({ doubtful }: ListState, { listed }: ListSeen): readonly AddressText[] =>
  listed.filter((each) => !doubtful.has(each))

/** What has to be removed before it can be called gone. */
export const maybeListed = ({ doubtful }: ListState, { listed }: ListSeen): readonly AddressText[] => [
  ...new Set([...listed, ...doubtful]),
]

/** Rows that this plan may take out of the list: those that it, or the setup before it, has for its addresses; back, only what it added itself. */
export const removableOf = (plan: Plan, direction: Direction, { first }: ListState): readonly AddressText[] =>
  direction === 'forth' ? plan.from : plan.to.filter((each) => !first.listed.includes(each))

/** Removed by a person's word alone: a redemption from each has to be refused. */
export const toBeRefused = (plan: Plan, direction: Direction, list: ListState): readonly AddressText[] =>
  list.claimed ? removableOf(plan, direction, list).filter((each) => list.entrusted.has(each)) : []

/** A person may do what they are told from the moment on that somebody means to tell them. */
export const meantFor = (list: ListState, { add, remove }: SaveList): ListState => ({
  ...{ ...list, removing: [...new Set([...list.removing, ...remove])] },
  doubtful: list.claimed ? new Set([...list.doubtful, ...add, ...remove]) : list.doubtful,
})

export const afterSave = (list: ListState, { remove }: SaveList, at: Instant): ListState => ({
  ...{ ...list, changedAt: at, saves: list.saves + 1, asked: undefined, lastAsked: undefined },
  unproven: new Set([...list.unproven, ...remove]),
})

/** Whoever types may type anything: where nobody can read it, no address is proven any more. */
export function afterAsking(
  list: ListState,
  asked: Extract<Entry, { readonly result: 'asked' }>,
  plan: Plan,
): ListState {
  const { act, why, rows } = asked
  const named = [...act.add, ...act.remove]
  return {
    ...{ ...list, asked: { act, instruction: why, rows }, lastAsked: act, redemptions: new Map() },
    ...{ goneAt: undefined, removedAt: undefined, ownRefusals: 0 },
    ...{ isShown: false, isMixed: !list.isShown },
    saves: list.lastAsked !== undefined && isSameChange(list.lastAsked, act) ? list.saves + 1 : 1,
    doubtful: new Set([...list.doubtful, ...named]),
    entrusted: new Set([...list.entrusted, ...named]),
    unproven: new Set([...list.unproven, ...(list.claimed ? [...plan.from, ...plan.to] : act.remove)]),
  }
}

export const isSameChange = (a: Pick<SaveList, 'add' | 'remove'>, b: Pick<SaveList, 'add' | 'remove'>): boolean =>
  isSameSet(a.add, b.add) && isSameSet(a.remove, b.remove)
const isSameSet = (a: readonly AddressText[], b: readonly AddressText[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each))

/** A person says that it is done: from now on it is claimed, and has to be shown. */
export const confirmed = (list: ListState, at: Instant): ListState =>
  list.asked === undefined
    ? list
    : {
        ...{ ...list, claim: list.asked.rows, asked: undefined, doubtful: new Set() },
        ...{ changedAt: at, redemptions: new Map() },
      }

export function afterListLook(
  list: ListState,
  seen: ListSeen,
  { plan, direction, at }: { readonly plan: Plan; readonly direction: Direction; readonly at: Instant },
): ListState {
  const { listed } = seen
  const settled = isDoneUnasked(list, seen) ? { ...list, asked: undefined, doubtful: new Set<AddressText>() } : list
  const vanished = vanishedFrom(list, seen)
  const changed = vanished.length > 0 || listed.some((each) => !list.listed.includes(each))
  const removable = removableOf(plan, direction, list)
  const there = maybeListed(settled, seen)
  const isGone = removable.length > 0 && removable.every((each) => !there.includes(each))
  const isByPerson = list.lastAsked !== undefined
  return {
    ...{ ...settled, listed, claimed: seen.claimed, others: list.others ?? seen.others },
    changedAt: changed && (list.saves === 0 || isByPerson) ? at : list.changedAt,
    saves: changed && !isByPerson ? 0 : list.saves,
    removing: changed ? [] : list.removing,
    unproven: new Set([...list.unproven, ...vanished]),
    removedAt: isGone ? (list.removedAt ?? at) : undefined,
    watched: isGone && list.removedAt !== undefined ? list.watched : undefined, // of this removal and of no other
  }
}

/** A list that can be read shows by itself that a person has done what they were asked. */
const isDoneUnasked = ({ asked }: ListState, { listed, claimed }: ListSeen): boolean =>
  asked !== undefined &&
  !claimed &&
  asked.act.add.every((each) => listed.includes(each)) &&
  !asked.act.remove.some((each) => listed.includes(each))

const vanishedFrom = (list: ListState, { listed }: ListSeen): readonly AddressText[] =>
  list.listed.filter((each) => !listed.includes(each))

/** What somebody else has changed; `what` names the list. */
export function tamperedWith(list: ListState, seen: ListSeen, what: string): string | undefined {
  const taken = vanishedFrom(list, seen).filter((each) => !list.removing.includes(each))
  if (taken.length > 0) return `Somebody else has taken ${taken.join(' and ')} out of ${what}.`
  if (list.others !== undefined && seen.others !== list.others)
    return `Somebody else has changed other ranges of ${what}.`
  return undefined
}

export const withResult = (
  before: Evidences,
  { address, result, at }: { readonly address: AddressText; readonly result: TryResult; readonly at: Instant },
): Evidences => new Map([...before, [address, withTry(before.get(address) ?? noEvidence, result, at)]])

type Redeemed = {
  readonly address: AddressText
  readonly result: TryResult
  readonly at: Instant
  readonly refusals?: number
}

type Way = { readonly plan: Plan; readonly direction: Direction; readonly movedAt: Instant | undefined }

/** Where an address that should be gone still redeems, the canary has left from there: its proofs begin anew. */
export function afterRedemption(list: ListState, redeemed: Redeemed, { plan, direction, movedAt }: Way): ListState {
  const { source } = sidesOf(plan, direction)
  const isStray = redeemed.result === 'success' && movedAt !== undefined && source.includes(redeemed.address)
  const redemptions = withResult(isStray ? new Map() : list.redemptions, redeemed)
  const gone = toBeRefused(plan, direction, list)
  const isGone = gone.length > 0 && gone.every((each) => isRefused(redemptions.get(each), list.changedAt))
  const meant = list.removedAt !== undefined && gone.includes(redeemed.address) ? (redeemed.refusals ?? 0) : 0
  const goneAt = isGone ? (list.goneAt ?? redeemed.at) : isStray ? undefined : list.goneAt
  const next = { ...list, redemptions, goneAt, ownRefusals: list.ownRefusals + meant }
  return { ...next, isShown: list.isShown || isShownBy(next, { plan, direction }) }
}

/** From when on a redemption shows what a person has done, and nothing of before. */
export function showingSince({ terms }: Plan, { changedAt, isMixed }: ListState): Instant | undefined {
  if (changedAt === undefined) return undefined
  return after(changedAt, isMixed ? slowest(terms) : terms.propagation)
}

const slowest = ({ propagation, watch }: Terms): Duration => (watch > propagation ? watch : propagation)

/** What traffic is to leave from is admitted, and what it leaves from yet; or, where something was to go, that is refused. */
function isShownBy(list: ListState, { plan, direction }: Pick<Way, 'plan' | 'direction'>): boolean {
  const { asked, lastAsked, goneAt, redemptions, listed } = list
  if (asked !== undefined || lastAsked === undefined) return false
  const isRemoval = lastAsked.remove.length > 0
  const { target, source } = sidesOf(plan, direction)
  const yet = isRemoval ? [] : source.filter((each) => listed.includes(each))
  const since = isRemoval ? goneAt : showingSince(plan, list)
  return since !== undefined && [...target, ...yet].every((each) => isAdmitted(redemptions.get(each), since))
}

export const isAdmitted = (evidence: Evidence | undefined, since: Instant): boolean =>
  evidence !== undefined && evidence.refused === 0 && (evidence.lastSuccess ?? 0) >= since

const isRefused = (evidence: Evidence | undefined, since: Instant | undefined): boolean =>
  evidence !== undefined && evidence.refused > 0 && (evidence.lastTry ?? 0) >= (since ?? 0)

type Counted = { readonly at: Instant; readonly before?: true } & Counts

export function afterWatch(list: ListState, { before: isBefore, ...counted }: Counted): ListState {
  if (isBefore === true) return { ...list, baseline: withCount(list.baseline, counted) }
  const own = Math.min(list.ownRefusals, counted.refused)
  const watched = { ...counted, attempts: counted.attempts - own, refused: counted.refused - own }
  return { ...list, watched, uncounted: counted.whole ? 0 : list.uncounted + 1 }
}

/** After a halt somebody has seen to it: fresh patience, and the list as it now is. */
export const refreshed = (list: ListState): ListState => ({
  ...{ ...list, others: undefined, saves: 0, redemptions: new Map(), uncounted: 0 },
})

export const turned = (list: ListState): ListState => ({
  ...{ ...list, removedAt: undefined, goneAt: undefined, ownRefusals: 0, saves: 0 },
  ...{ watched: undefined, uncounted: 0, redemptions: new Map() },
})
