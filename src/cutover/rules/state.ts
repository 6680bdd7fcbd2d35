/** What the journal of a cutover comes to. */
import type { Instant } from '../../values/time.ts'
import type { Act, Ending, Entry, MemberBefore, Wish } from './journal.ts'
import {
  afterAsking,
  afterListLook,
  afterRedemption,
  afterSave,
  afterWatch,
  beginningOf,
  confirmed,
  meantFor,
  refreshed,
  tamperedWith,
  turned,
  withResult,
  type Evidences,
  type ListState,
} from './list-state.ts'
import { changesOf } from './pool-sides.ts'
import { ofApp, type AddressText, type Direction, type Plan } from './plan.ts'
import type { Seen } from './seen.ts'

export type State = {
  readonly plan: Plan
  readonly direction: Direction
  /** Why it was turned back. */
  readonly turned: string | undefined
  readonly fence: number
  /** Of this runner, and just now: nothing that a predecessor saw counts, nor what was seen before something that took its time. */
  readonly seen: Seen | undefined
  /** Of each app of the plan, in its order. */
  readonly lists: readonly ListState[]
  /** What somebody else has changed. */
  readonly tampered: string | undefined
  /** An act of which no more is known than that it was meant: whoever meant it is gone, or got no answer. */
  readonly open: Act | undefined
  readonly probes: Evidences
  /** A canary is of no more use. */
  readonly spent: string | undefined
  /** Undefined where the journal does not say. */
  readonly poolBefore: ReadonlyMap<AddressText, MemberBefore> | undefined
  /** Since when the pool has new traffic leave from the target alone. */
  readonly movedAt: Instant | undefined
  readonly lastActAt: Instant | undefined
  /** Looks in a row in which not every node answered, or acts in a row that came to nothing; saves of lists are counted apart. */
  readonly fruitless: number
  readonly held: boolean
  readonly paused: boolean
  readonly aborted: boolean
  readonly released: ReadonlySet<string>
  /** A person lets what is open on them be cut, and it is not done yet. */
  readonly toCut: ReadonlySet<AddressText>
  readonly ended: { readonly how: Ending; readonly instruction: string } | undefined
}

/** Of a journal that begins with its plan. */
export function stateOf(journal: readonly Entry[]): State {
  const [first, ...rest] = journal
  if (first?.kind !== 'planned') throw new Error('a journal begins with its plan')
  return rest.reduce(withEntry, beginning(first))
}

export type Beginning = Pick<Extract<Entry, { readonly kind: 'planned' }>, 'plan' | 'lists' | 'pool'>

export function beginning({ plan, lists, pool }: Beginning): State {
  return {
    poolBefore: pool && new Map(pool.map((each) => [each.address, each])),
    ...{ plan, direction: 'forth', turned: undefined, fence: 0 },
    ...{ seen: undefined, tampered: undefined, open: undefined },
    ...{ lists: lists.map((each) => beginningOf(plan, each)), probes: new Map(), spent: undefined },
    ...{ movedAt: undefined, lastActAt: undefined, fruitless: 0 },
    ...{ held: false, paused: false, aborted: false, released: new Set<string>(), toCut: new Set<AddressText>() },
    ended: undefined,
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
    case 'redeemed': {
      const { result } = entry
      if (result === 'spent') return { ...state, spent: `${entry.evidence}${ofApp(state.plan, entry.list, 'for')}` }
      return withList({ ...state, seen: undefined }, entry.list, (each) =>
        afterRedemption(each, { ...entry, result }, state),
      )
    }
    case 'watched':
      return withList({ ...state, seen: undefined }, entry.list, (each) => afterWatch(each, entry))
    case 'turned':
      return turnedBack(state, entry.why)
    case 'asked':
      return wished(state, entry.what, entry.at)
    case 'released-silent':
      return { ...state, released: new Set([...state.released, ...entry.names]) }
    case 'released-tunnels':
      return { ...state, toCut: new Set([...state.toCut, ...entry.addresses]) }
    case 'ended':
      return { ...state, ended: { how: entry.how, instruction: entry.instruction } }
  }
}

const withList = (state: State, list: number, work: (each: ListState) => ListState): State => ({
  ...state,
  lists: state.lists.map((each, i) => (i === list ? work(each) : each)),
})
const withLists = (state: State, work: (each: ListState) => ListState): State => ({
  ...state,
  lists: state.lists.map(work),
})

function meant(state: State, act: Act): State {
  if (act.kind === 'invalidate') return state
  const open = { ...state, open: act }
  return act.kind === 'save-list' ? withList(open, act.list, (each) => meantFor(each, act)) : open
}

/** Whoever takes over after a halt has been sent by a person, who has seen why: it begins with fresh patience, and with the lists as they now are. */
function takenOver(state: State, fence: number): State {
  const next = { ...state, fence, seen: undefined, fruitless: 0 }
  return state.ended?.how === 'halted' ? afresh(next) : next
}

function afresh(state: State): State {
  const next = { ...state, ended: undefined, seen: undefined, fruitless: 0 }
  return withLists({ ...next, tampered: undefined, spent: undefined, probes: new Map() }, refreshed)
}

function afterAct(state: State, entry: Entry & { readonly kind: 'acted' }): State {
  const { act, result, at } = entry
  const isInVain = act.kind !== 'save-list' && result !== 'done'
  const fruitless = isInVain ? state.fruitless + 1 : result === 'done' || result === 'asked' ? 0 : state.fruitless
  const next = { ...state, seen: undefined, lastActAt: at, fruitless }
  if (act.kind === 'invalidate') return result === 'done' ? { ...next, open: undefined } : next
  // what was not answered may be done at any later time, until another version voids it (P-64)
  const closed = { ...next, open: result === 'unknown' ? act : undefined }
  if (act.kind === 'set-pool' && act.modes.every(({ mode }) => mode === 'cut'))
    return result === 'done' ? { ...closed, toCut: new Set() } : closed
  if (act.kind === 'set-pool') return withLists(closed, (each) => ({ ...each, redemptions: new Map() }))
  if (result === 'stale') return withList(closed, act.list, (each) => ({ ...each, saves: each.saves + 1 }))
  const known = result === 'disturbed' ? { ...closed, tampered: entry.why ?? crossed } : closed
  return withList(known, act.list, (each) =>
    entry.result === 'asked' ? afterAsking(each, entry, state.plan) : afterSave(each, act, at),
  )
}

const crossed = 'Somebody else has saved the list at the same time.'

function afterLook(state: State, seen: Seen): State {
  const { plan, direction } = state
  const { enter, leave } = changesOf(state, seen)
  const isMoved = enter.length === 0 && leave.length === 0
  const looked = state.lists.flatMap((list, i) => {
    const its = seen.lists[i]
    return its === undefined ? [] : [{ list, its, name: `the list${ofApp(plan, i)}` }]
  })
  const tampering = looked.map(({ list, its, name }) => tamperedWith(list, its, name))
  return {
    ...{ ...state, seen },
    lists: looked.map(({ list, its }) => afterListLook(list, its, { plan, direction, at: seen.at })),
    tampered: state.tampered ?? tampering.find((each) => each !== undefined),
    fruitless: seen.pool.whole ? state.fruitless : state.fruitless + 1,
    movedAt: isMoved ? (state.movedAt ?? seen.at) : undefined,
  }
}

function turnedBack(state: State, why: string): State {
  if (state.direction === 'back') return state
  return withLists(
    {
      ...{ ...state, direction: 'back', turned: why, movedAt: undefined, seen: undefined },
      ...{ fruitless: 0, probes: new Map(), ended: undefined, toCut: new Set<AddressText>() },
    },
    turned,
  )
}

/** Why it has turned, where nothing is wrong. */
export const askedForIt = 'A person has asked for it.'

/** Whoever asks for it after an end knows how it ended: a halt does not hold up the way back, nor what others have made of the list since. */
function wantedBack(state: State): State {
  if (state.ended?.how === 'rolled-back') return state
  const back = turnedBack(state, askedForIt)
  return state.ended === undefined ? back : afresh(back)
}

function wished(state: State, what: Wish, at: Instant): State {
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
      return { ...wantedBack(state), held: false, paused: false, aborted: false }
    case 'confirm':
      return withLists({ ...state, seen: undefined }, (each) => confirmed(each, at))
  }
}
