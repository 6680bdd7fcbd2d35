/** A small world in which everything happens that may happen to a cutover: orgs whose lists take effect late or not at all, lists that only a person can
 *  change, and nobody can read, a pool, people who edit, runners that are killed or paused. */
import type { RangeRow } from '../../../src/ip/range-spelling.ts'
import type { Act, PoolChange, SaveList } from '../../../src/cutover/rules/journal.ts'
import type { Plan } from '../../../src/cutover/rules/plan.ts'
import type { ListSeen, PoolMode, Seen } from '../../../src/cutover/rules/seen.ts'
import { instant, milliseconds, type Instant } from '../../../src/values/time.ts'

/** `typed`: a person does each change of it, and nobody can read it. */
export type ListKind = 'read' | 'typed'

/** One old address; two new ones are half a pair and more, one is enough where it is about several lists. */
export const planOf = (kinds: readonly ListKind[], to: readonly string[]): Plan => ({
  apps: kinds.map((kind, i) => ({
    name: `app ${i}`,
    kind: kind === 'read' ? 'external-client-app' : 'connected-app',
  })),
  ...{ from: ['o'], to },
  terms: {
    ...{ propagation: milliseconds(6), watch: milliseconds(8), redemptionSuccess: 0.999, quiet: milliseconds(3) },
    ...{ probes: 1, proofs: 1, recheck: milliseconds(10), retry: milliseconds(2), patience: 2, saves: 2 },
    ...{ freshness: milliseconds(0), drain: milliseconds(4) },
  },
})

export type Member = { readonly mode: PoolMode; readonly tunnels: 0 | 1 }

export type ListWorld = {
  readonly kind: ListKind
  /** As it was saved. */
  readonly list: readonly string[]
  readonly others: number
  readonly version: number
  /** In force: SF-140, the whole old list or the whole new one. */
  readonly inForce: readonly string[]
  readonly savedAt: number
  /** Propagation takes longer than it should. */
  readonly slow: boolean
  /** What a person was asked to type, and has not typed yet: what the list holds then. */
  readonly request: readonly string[] | undefined
  /** What they said they had typed, and have not: they may do it yet. */
  readonly promised: readonly string[] | undefined
}

export type World = {
  readonly now: number
  readonly lists: readonly ListWorld[]
  readonly pool: Readonly<Record<string, Member>>
  readonly poolVersion: number
  readonly dead: readonly string[]
  /** Died since it was last looked at. */
  readonly unseenDead: readonly string[]
  /** When something last left from an address of the plan. */
  readonly usedAt: Readonly<Record<string, number>>
  readonly silent: readonly string[]
  /** What a runner that is no more in charge has under way. */
  readonly late: Act | undefined
  /** Edits of lists by others; as many as there were when they were last looked at, and when what is late was meant. */
  readonly edits: number
  readonly editsSeen: number
  readonly lateEdits: number
  /** Typed other than asked: nobody sees it until something is refused. */
  readonly mistyped: boolean
  /** Of a hundred redemptions, how many fail for a cause of their own. */
  readonly failing: number
  /** How much may still go wrong. */
  readonly troubles: number
}

/** `standby`: new addresses that were in the pool before there was a plan. */
export const firstWorld = (kinds: readonly ListKind[], troubles: number, standby: readonly string[] = []): World => ({
  now: 1000,
  lists: kinds.map((kind) => ({
    ...{ kind, list: ['o'], others: 0, version: 1, inForce: ['o'], savedAt: 0, slow: false },
    ...{ request: undefined, promised: undefined },
  })),
  pool: {
    ...Object.fromEntries(standby.map((each) => [each, { mode: 'standby', tunnels: 0 }] as const)),
    o: { mode: 'active', tunnels: 1 },
  },
  ...{ poolVersion: 1, dead: [], unseenDead: [] },
  ...{ usedAt: { o: 1000 }, silent: [], late: undefined, edits: 0, editsSeen: 0, lateEdits: 0 },
  ...{ mistyped: false, failing: 0, troubles },
})

type Claim = readonly RangeRow[] | undefined
const claimedRows = (claim: Claim): readonly string[] =>
  claim === undefined ? ['o'] : claim.flatMap(({ start }) => start ?? [])

export const listSeen = ({ kind, list, version, others }: ListWorld, claim?: Claim): ListSeen =>
  kind === 'read'
    ? { version: String(version), listed: list, others: String(others), claimed: false }
    : { version: 'claimed', listed: claimedRows(claim), others: '', claimed: true }

export const seenOf = (world: World, claims: readonly Claim[], whole = true): Seen => ({
  at: instant(world.now),
  lists: world.lists.map((each, i) => listSeen(each, claims[i])),
  pool: {
    version: String(world.poolVersion),
    members: Object.entries(world.pool).map(([address, member]) => ({
      ...{ address, ...member },
      up: !world.dead.includes(address),
    })),
    whole,
  },
  usedAt: new Map(Object.entries(world.usedAt).map(([address, at]): [string, Instant] => [address, instant(at)])),
  ...{ strangers: [], silent: world.silent },
})

export const trafficIn = ({ pool }: World): readonly string[] =>
  Object.entries(pool)
    .filter(([, { mode, tunnels }]) => mode === 'active' || tunnels > 0)
    .map(([address]) => address)

/** P-60: addresses that traffic may leave from, and that are not live, or for some app not in the list before and the list after each change that is on
 *  its way, be it that a person was asked for it. */
export const exposed = (world: World): readonly string[] =>
  trafficIn(world).filter(
    (each) =>
      (world.dead.includes(each) && !world.unseenDead.includes(each)) ||
      world.lists.some(
        ({ list, inForce, request }) =>
          !list.includes(each) || !inForce.includes(each) || request?.includes(each) === false,
      ),
  )

export type Done =
  | { readonly world: World; readonly result: 'done' | 'stale' }
  | { readonly world: World; readonly result: 'asked'; readonly rows: readonly string[] }

/** What org and gateway do when asked: nothing, where it is another version. */
export function carryOut(world: World, act: Act, claims: readonly Claim[]): Done {
  switch (act.kind) {
    case 'save-list':
      return save(world, act, claims[act.list])
    case 'set-pool': {
      if (act.expects !== String(world.poolVersion)) return { world, result: 'stale' }
      const pool = changedPool(world, act.modes)
      return { world: { ...world, pool, poolVersion: world.poolVersion + 1 }, result: 'done' }
    }
    case 'invalidate': {
      const lists = world.lists.map((each) => ({ ...each, version: each.version + 1 }))
      return { world: { ...world, lists, poolVersion: world.poolVersion + 1 }, result: 'done' }
    }
  }
}

function save(world: World, act: SaveList, claim: Claim): Done {
  const before = world.lists[act.list]
  if (before === undefined) throw new Error(`no list ${act.list}`)
  const changed = (list: readonly string[]): readonly string[] =>
    [...new Set([...list.filter((each) => !act.remove.includes(each)), ...act.add])].toSorted()
  if (before.kind === 'typed') {
    const rows = changed(claimedRows(claim))
    return { world: withList(world, act.list, { request: rows, promised: undefined }), result: 'asked', rows }
  }
  if (act.expects !== String(before.version)) return { world, result: 'stale' }
  return { world: saved(world, act.list, changed(before.list)), result: 'done' }
}

export const withList = (world: World, at: number, change: Partial<ListWorld>): World => ({
  ...world,
  lists: world.lists.map((each, i) => (i === at ? { ...each, ...change } : each)),
})

export const saved = (world: World, at: number, list: readonly string[]): World =>
  withList(world, at, { list, version: (world.lists[at]?.version ?? 0) + 1, savedAt: world.now })

function changedPool({ pool }: World, modes: PoolChange): World['pool'] {
  const next = new Map(Object.entries(pool))
  for (const { address, mode } of modes) {
    const tunnels = next.get(address)?.tunnels ?? 0
    if (mode === 'absent') next.delete(address)
    else if (mode === 'cut') next.set(address, { mode: next.get(address)?.mode ?? 'draining', tunnels: 0 })
    else next.set(address, { mode, tunnels: mode === 'active' ? 1 : tunnels })
  }
  return Object.fromEntries([...next].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
