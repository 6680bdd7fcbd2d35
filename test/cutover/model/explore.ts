/** Every state that can be reached, held against what must be true in each of them. */
import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { State } from '../../../src/cutover/rules/state.ts'
import { movesOf, start, type Next } from './moves.ts'
import type { Move, Node } from './move.ts'
import { exposed, firstWorld, planOf, trafficIn, type ListKind, type World } from './world.ts'

export type Explored = {
  readonly states: number
  readonly moves: number
  readonly endings: Readonly<Record<string, number>>
  /** Each with the way that leads there. */
  readonly violations: readonly string[]
}

export type Scope = {
  /** How much may go wrong on one way. */
  readonly troubles: number
  /** States at most; what was not reached then is not claimed. */
  readonly most?: number
  readonly decide?: Next
  /** Of each app of the plan. */
  readonly lists?: readonly ListKind[]
  readonly to?: readonly string[]
  /** What may go wrong, by the words of the move; anything where it is left out. */
  readonly wrong?: RegExp
  /** Of `to`: what stands by in the pool before there is a plan. */
  readonly standby?: readonly string[]
}

export function explore(scope: Scope): Explored {
  const { troubles, most = Infinity, decide, lists = ['read'], to = ['m', 'n'], standby = [], wrong: only } = scope
  const first = start(firstWorld(lists, troubles, standby), planOf(lists, to))
  const seen = new Map<string, Visit>()
  const violations: string[] = []
  const endings: Record<string, number> = {}
  const waiting: Visit[] = []
  let moves = 0
  const visit = (node: Node, from: Visit | undefined, what: string): Visit => {
    const key = keyOf(node)
    const before = seen.get(key)
    if (before !== undefined) return before
    const fresh: Visit = { node, from, what, into: [], isEnd: false }
    seen.set(key, fresh)
    waiting.push(fresh)
    return fresh
  }
  visit(first, undefined, 'start')
  for (let at = waiting.pop(); at !== undefined && seen.size < most; at = waiting.pop()) {
    const { node } = at
    const { ended } = node.state
    if (ended !== undefined) {
      at.isEnd = true
      endings[ended.how] = (endings[ended.how] ?? 0) + 1
      const wrong = wrongEnding(node)
      if (wrong !== undefined) violations.push(`${wrong}\n${wayTo(at)}`)
    }
    for (const move of movesOf(node, decide)) {
      if (move.to.world.troubles < node.world.troubles && only?.test(move.what) === false) continue
      moves += 1
      const wrong = wrongMove(node, move)
      if (wrong !== undefined) violations.push(`${wrong}\n${wayTo(at)}\n${move.what}`)
      visit(move.to, at, move.what).into.push(at)
    }
    if (violations.length > 3) break
  }
  if (violations.length === 0 && seen.size < most) violations.push(...deadEnds([...seen.values()]))
  return { states: seen.size, moves, endings, violations }
}

type Visit = {
  readonly node: Node
  readonly from: Visit | undefined
  readonly what: string
  readonly into: Visit[]
  isEnd: boolean
}

function wrongMove({ world }: Node, { by, to }: Move): string | undefined {
  if (by === 'world' || world.edits > world.editsSeen) return undefined
  const before = exposed({ ...world, unseenDead: to.world.unseenDead })
  const fresh = exposed(to.world).filter((each) => !before.includes(each))
  return fresh.length > 0 ? `P-60: ${fresh.join()} is exposed by a runner` : undefined
}

function wrongEnding({ state, world }: Node): string | undefined {
  const { ended, plan } = state
  const traffic = trafficIn(world).filter((each) => !world.dead.includes(each))
  const isSeen = world.edits === world.editsSeen && !/by hand, at once/.test(ended?.instruction ?? '')
  const isTyped = world.lists.some(({ request, promised }) => request !== undefined || promised !== undefined)
  const bare = traffic.filter((each) => world.lists.some(({ list }) => !list.includes(each)))
  // where it has stopped halfway, what was typed wrong may be what it has stopped for
  const isShown = ended?.how === 'done' || ended?.how === 'rolled-back' || !world.mistyped
  if (bare.length > 0 && isSeen && isShown && !isTyped) return `ended, and ${bare.join()} is not listed`
  switch (ended?.how) {
    case 'done':
      if (!plan.to.every((each) => traffic.includes(each) || world.dead.includes(each)))
        return 'done, and not everything leaves from the new ones'
      if (traffic.some((each) => plan.from.includes(each))) return 'done, and something leaves from the old ones'
      if (bare.length > 0 && isSeen) return `done, and ${bare.join()} is not listed`
      return world.lists.some(({ list }) => plan.from.some((each) => list.includes(each)))
        ? 'done, and an old address is listed still'
        : undefined
    case 'rolled-back':
      if (traffic.some((each) => plan.to.includes(each))) return 'rolled back, and something leaves from the new ones'
      if (!isPoolOf(state, world)) return 'rolled back to another pool'
      return state.lists.some((list, i) => isOther(list, world.lists[i])) ? 'rolled back to another list' : undefined
    case 'aborted':
    case 'halted':
    case undefined:
      return undefined
  }
}

const isPoolOf = ({ poolBefore }: State, { pool }: World): boolean =>
  isDeepStrictEqual(
    Object.entries(pool)
      .map(([address, { mode }]) => ({ address, mode }))
      .toSorted(byAddress),
    [...(poolBefore?.values() ?? [])].toSorted(byAddress),
  )

const byAddress = (a: { readonly address: string }, b: { readonly address: string }): number =>
  a.address < b.address ? -1 : 1

/** Whoever edits after the last look is not seen by anybody who has ended; what was typed wrong besides what was asked, by nobody. */
function isOther({ first, listed }: State['lists'][number], its: World['lists'][number] | undefined): boolean {
  if (its === undefined) return true
  const { kind, list } = its
  return list.join() !== first.listed.join() && (kind === 'typed' || listed.join() === list.join())
}

/** Every state leads to an end. */
function deadEnds(visits: readonly Visit[]): readonly string[] {
  const good = new Set<Visit>(visits.filter(({ isEnd }) => isEnd))
  const waiting = [...good]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
    for (const each of at.into)
      if (!good.has(each)) {
        good.add(each)
        waiting.push(each)
      }
  return visits
    .filter((each) => !good.has(each))
    .slice(0, 3)
    .map((each) => `no way to an end\n${wayTo(each)}`)
}

function wayTo(visit: Visit): string {
  const way: string[] = []
  for (let at: Visit | undefined = visit; at !== undefined; at = at.from) way.push(at.what)
  return way.toReversed().join('\n')
}

const cap = 20 // longer than any of the plan's times: older is all the same

/** Times as ages, sets and maps as lists, so that what is the same is the same text. */
function keyOf({ state, world }: Node): string {
  const age = (at: number | undefined): number => (at === undefined ? -1 : Math.min(world.now - at, cap))
  const { plan: _plan, fence: _fence, ...rest } = state
  const current = [
    ...world.lists.map(({ kind, version }, i) => kind === 'typed' || state.seen?.lists[i]?.version === String(version)),
    state.seen?.pool.version === String(world.poolVersion),
  ]
  const text = JSON.stringify([rest, world, current, lateness(world)], (name, value: unknown) => {
    if (typeof value === 'number' && timed.has(name)) return age(value)
    if (name === 'usedAt' && !(value instanceof Map) && typeof value === 'object' && value !== null)
      return Object.entries(value).map(([a, at]) => [a, age(Number(at))])
    if (name === 'usedAt' && value instanceof Map) return [...value].map(([a, at]) => [a, age(Number(at))])
    if (value instanceof Map) return [...value].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    if (value instanceof Set) return [...value].map(String).toSorted()
    if (name === 'poolVersion' || name === 'version' || name === 'expects' || name === 'first') return undefined
    if (name === 'now') return 0
    if (name === 'successes' && typeof value === 'number') return Math.min(value, 1) // enough is enough
    return value
  })
  return hash('sha1', text, 'base64')
}

/** Whether what is late will still be taken. */
function lateness({ late, lists, poolVersion }: World): boolean {
  if (late === undefined || late.kind === 'invalidate') return false
  return late.expects === String(late.kind === 'save-list' ? lists[late.list]?.version : poolVersion)
}

const timed = new Set([
  'at',
  'changedAt',
  'goneAt',
  'movedAt',
  'removedAt',
  'lastActAt',
  'savedAt',
  'goodSince',
  'lastSuccess',
  'lastTry',
])
