/** What the journal of a cutover comes to. */
import type { Instant } from '../../values/time.ts'
import type { Act, Ending, Entry } from './journal.ts'
import { sidesOf, type AddressText, type Direction, type Plan } from './plan.ts'
import type { ListSeen, Seen } from './seen.ts'
import { noEvidence, withTry, type Evidence, type TryResult } from './verdict.ts'

type Evidences = ReadonlyMap<AddressText, Evidence>

export type State = {
  readonly plan: Plan
  /** As it was when the plan was made; a rollback ends there. */
  readonly first: ListSeen
  readonly direction: Direction
  /** Why it was turned back. */
  readonly turned: string | undefined
  readonly fence: number
  /** Of this runner, and just now: nothing that a predecessor saw counts, nor what was seen before something that took its time. */
  readonly seen: Seen | undefined
  /** The addresses of the plan that were listed when the list was last seen, by whomever. */
  readonly listed: readonly AddressText[]
  /** What everything else in the list has to be; undefined where the next look settles it. */
  readonly others: string | undefined
  /** What somebody else has changed. */
  readonly tampered: string | undefined
  /** An act of which no more is known than that it was meant. */
  readonly open: Act | undefined
  /** Since when the list is as it is, as far as is known. */
  readonly listChangedAt: Instant | undefined
  /** Addresses that were never listed without a break, which is to say that they have to be proven before traffic leaves from them. */
  readonly unproven: ReadonlySet<AddressText>
  readonly probes: Evidences
  readonly redemptions: Evidences
  /** The canary is of no more use. */
  readonly spent: string | undefined
  /** Since when the pool has new traffic leave from the target alone. */
  readonly movedAt: Instant | undefined
  /** Since when nothing of the source is listed. */
  readonly removedAt: Instant | undefined
  /** Saves of the list since the last one that was seen to have taken. */
  readonly saves: number
  /** What saves that were meant since then take out, so that nobody else is blamed for it. */
  readonly removing: readonly AddressText[]
  readonly lastActAt: Instant | undefined
  /** Looks in a row in which not every node answered, or acts in a row that came to nothing. */
  readonly fruitless: number
  readonly watched:
    | { readonly at: Instant; readonly attempts: number; readonly successes: number; readonly refused: number }
    | undefined
  readonly held: boolean
  readonly paused: boolean
  readonly aborted: boolean
  readonly released: ReadonlySet<string>
  readonly ended: { readonly how: Ending; readonly instruction: string } | undefined
}

/** Of a journal that begins with its plan. */
export function stateOf(journal: readonly Entry[]): State {
  const [first, ...rest] = journal
  if (first?.kind !== 'planned') throw new Error('a journal begins with its plan')
  return rest.reduce(withEntry, beginning(first.plan, first.list))
}

export function beginning(plan: Plan, list: ListSeen): State {
  const unproven = new Set([...plan.to, ...plan.from.filter((each) => !list.listed.includes(each))])
  return {
    ...{ plan, first: list, direction: 'forth', turned: undefined, fence: 0 },
    ...{ seen: undefined, listed: list.listed, others: list.others, tampered: undefined, open: undefined },
    ...{ listChangedAt: undefined, unproven, probes: new Map(), redemptions: new Map(), spent: undefined },
    ...{ movedAt: undefined, removedAt: undefined, saves: 0, removing: [] },
    ...{ lastActAt: undefined, fruitless: 0, watched: undefined },
    ...{ held: false, paused: false, aborted: false, released: new Set<string>(), ended: undefined },
  }
}

export function withEntry(state: State, entry: Entry): State {
  switch (entry.kind) {
    case 'planned':
      throw new Error('a journal has one plan')
    case 'took-over':
      return takenOver(state, entry.fence)
    case 'intent':
      return meant(state, entry.act)
    case 'acted':
      return afterAct(state, entry)
    case 'observed':
      return afterLook(state, entry.seen)
    case 'not-observed':
      return { ...state, seen: undefined, fruitless: state.fruitless + 1, lastActAt: entry.at }
    case 'probed':
      return { ...state, seen: undefined, probes: withResult(state.probes, entry) }
    case 'redeemed':
      if (entry.result === 'spent') return { ...state, spent: entry.evidence }
      return {
        ...{ ...state, seen: undefined },
        redemptions: withResult(state.redemptions, { ...entry, result: entry.result }),
      }
    case 'watched':
      return { ...state, seen: undefined, watched: entry }
    case 'turned':
      return turnedBack(state, entry.why)
    case 'asked':
      return asked(state, entry.what)
    case 'released-silent':
      return { ...state, released: new Set([...state.released, ...entry.names]) }
    case 'ended':
      return { ...state, ended: { how: entry.how, instruction: entry.instruction } }
  }
}

function meant(state: State, act: Act): State {
  if (act.kind === 'invalidate') return state
  return { ...state, open: act, removing: act.kind === 'save-list' ? act.remove : state.removing }
}

/** Whoever takes over after a halt has been sent by a person, who has seen why: it begins with fresh patience, and with the list as it now is. */
function takenOver(state: State, fence: number): State {
  const next = { ...state, fence, seen: undefined, fruitless: 0 }
  if (state.ended?.how !== 'halted') return next
  return {
    ...{ ...next, ended: undefined, others: undefined, tampered: undefined, spent: undefined, saves: 0 },
    ...{ probes: new Map(), redemptions: new Map() },
  }
}

type Acted = Entry & { readonly kind: 'acted' }

function afterAct(
  state: State,
  { act, result, at, why = 'Somebody else has saved the list at the same time.' }: Acted,
): State {
  const fruitless = result === 'done' ? 0 : state.fruitless + 1
  const next = { ...state, seen: undefined, lastActAt: at, fruitless }
  if (act.kind === 'invalidate') return result === 'done' ? { ...next, open: undefined } : next
  const closed = { ...next, open: undefined }
  if (act.kind === 'set-pool') return { ...closed, redemptions: new Map() }
  if (result === 'stale') return closed
  return {
    ...closed,
    listChangedAt: at,
    saves: state.saves + 1,
    unproven: new Set([...state.unproven, ...act.remove]),
    tampered: result === 'disturbed' ? why : state.tampered,
  }
}

function afterLook(state: State, seen: Seen): State {
  const { listed } = seen.list
  const { target, source } = sidesOf(state.plan, state.direction)
  const vanished = state.listed.filter((each) => !listed.includes(each))
  const taken = vanished.filter((each) => !state.removing.includes(each))
  const changed = vanished.length > 0 || listed.some((each) => !state.listed.includes(each))
  const isMoved =
    target.every((each) => seen.pool.members.some(({ address, mode }) => address === each && mode === 'active')) &&
    seen.pool.members.every(({ address, mode }) => !source.includes(address) || mode === 'draining')
  const isGone = removableOf(state).length > 0 && removableOf(state).every((each) => !listed.includes(each))
  return {
    ...state,
    seen,
    listed,
    others: state.others ?? seen.list.others,
    tampered: state.tampered ?? tamperedWith(state, seen, taken),
    listChangedAt: changed && state.saves === 0 ? seen.at : state.listChangedAt,
    saves: changed ? 0 : state.saves,
    removing: changed ? [] : state.removing,
    unproven: new Set([...state.unproven, ...vanished]),
    fruitless: seen.pool.whole ? state.fruitless : state.fruitless + 1,
    movedAt: isMoved ? (state.movedAt ?? seen.at) : undefined,
    removedAt: isGone ? (state.removedAt ?? seen.at) : undefined,
  }
}

/** Rows that this plan may take out of the list: those that it, or the setup before it, has for its addresses; back, only what it added itself. */
export function removableOf({ plan, direction, first }: State): readonly AddressText[] {
  return direction === 'forth' ? plan.from : plan.to.filter((each) => !first.listed.includes(each))
}

function tamperedWith({ others }: State, { list }: Seen, taken: readonly AddressText[]): string | undefined {
  if (taken.length > 0) return `Somebody else has taken ${taken.join(' and ')} out of the list.`
  if (others !== undefined && list.others !== others) return 'Somebody else has changed other ranges of the list.'
  return undefined
}

function withResult(
  before: Evidences,
  { address, result, at }: { readonly address: AddressText; readonly result: TryResult; readonly at: Instant },
): Evidences {
  return new Map([...before, [address, withTry(before.get(address) ?? noEvidence, result, at)]])
}

function turnedBack(state: State, why: string): State {
  if (state.direction === 'back') return state
  return {
    ...{ ...state, direction: 'back', turned: why, movedAt: undefined, removedAt: undefined, seen: undefined },
    ...{ saves: 0, fruitless: 0, watched: undefined, probes: new Map(), redemptions: new Map(), ended: undefined },
  }
}

function asked(state: State, what: (Entry & { readonly kind: 'asked' })['what']): State {
  switch (what) {
    case 'hold':
      return { ...state, held: true }
    case 'release':
      return { ...state, held: false }
    case 'pause':
      return { ...state, paused: true }
    case 'continue':
      return { ...state, paused: false }
    case 'abort':
      return { ...state, aborted: true }
    case 'rollback':
      return { ...turnedBack(state, 'A person has asked for it.'), held: false, paused: false, aborted: false }
  }
}
