/** A small world in which everything happens that may happen to a cutover: an org whose list takes effect late or not at all, a pool, people who edit,
 *  runners that are killed or paused. */
import type { Act, PoolChange } from '../../../src/cutover/rules/journal.ts'
import type { Plan } from '../../../src/cutover/rules/plan.ts'
import type { ListSeen, PoolMode, Seen } from '../../../src/cutover/rules/seen.ts'
import { instant, milliseconds, type Instant } from '../../../src/values/time.ts'

/** One old address and two new ones: enough for half a pair. */
export const plan: Plan = {
  app: 'Nightly_Sync',
  from: ['o'],
  to: ['m', 'n'],
  terms: {
    ...{ propagation: milliseconds(6), watch: milliseconds(8), redemptionSuccess: 0.999, quiet: milliseconds(3) },
    ...{ probes: 1, proofs: 1, recheck: milliseconds(10), retry: milliseconds(2), patience: 2, saves: 2 },
    freshness: milliseconds(0),
  },
}

export type Member = { readonly mode: PoolMode; readonly tunnels: 0 | 1 }

export type World = {
  readonly now: number
  /** As it was saved. */
  readonly list: readonly string[]
  readonly others: number
  readonly listVersion: number
  /** In force: SF-140, the whole old list or the whole new one. */
  readonly inForce: readonly string[]
  readonly savedAt: number
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
  /** Edits of the list by others; as many as there were when it was last looked at, and when what is late was meant. */
  readonly edits: number
  readonly editsSeen: number
  readonly lateEdits: number
  /** How much may still go wrong. */
  readonly troubles: number
  /** Propagation takes longer than it should. */
  readonly slow: boolean
}

export const firstWorld = (troubles: number): World => ({
  ...{ now: 1000, list: ['o'], others: 0, listVersion: 1, inForce: ['o'], savedAt: 0, slow: false },
  ...{
    pool: { o: { mode: 'active', tunnels: 1 } },
    poolVersion: 1,
    dead: [],
    unseenDead: [],
    usedAt: { o: 1000 },
    silent: [],
  },
  ...{ late: undefined, edits: 0, editsSeen: 0, lateEdits: 0, troubles },
})

export const listSeen = ({ list, listVersion, others }: World): ListSeen => ({
  ...{ version: String(listVersion), listed: list, others: String(others) },
})

export const seenOf = (world: World, whole = true): Seen => ({
  at: instant(world.now),
  list: listSeen(world),
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

/** P-60: addresses that traffic may leave from, and that are not live, or not in the list before and the list after each change that is on its way. */
export const exposed = (world: World): readonly string[] =>
  trafficIn(world).filter(
    (each) =>
      (world.dead.includes(each) && !world.unseenDead.includes(each)) ||
      !world.list.includes(each) ||
      !world.inForce.includes(each),
  )

export type Done = { readonly world: World; readonly result: 'done' | 'stale' }

/** What org and gateway do when asked: nothing, where it is another version. */
export function carryOut(world: World, act: Act): Done {
  switch (act.kind) {
    case 'save-list': {
      if (act.expects !== String(world.listVersion)) return { world, result: 'stale' }
      const list = [...world.list.filter((each) => !act.remove.includes(each)), ...act.add].toSorted()
      return { world: saved(world, list), result: 'done' }
    }
    case 'set-pool': {
      if (act.expects !== String(world.poolVersion)) return { world, result: 'stale' }
      return {
        world: { ...world, pool: changedPool(world, act.modes), poolVersion: world.poolVersion + 1 },
        result: 'done',
      }
    }
    case 'invalidate':
      return {
        world: { ...world, listVersion: world.listVersion + 1, poolVersion: world.poolVersion + 1 },
        result: 'done',
      }
  }
}

export const saved = (world: World, list: readonly string[]): World => ({
  ...{ ...world, list, listVersion: world.listVersion + 1, savedAt: world.now },
})

function changedPool({ pool }: World, modes: PoolChange): World['pool'] {
  const next = new Map(Object.entries(pool))
  for (const { address, mode } of modes) {
    if (mode === 'absent') next.delete(address)
    else next.set(address, { mode, tunnels: mode === 'active' ? 1 : (next.get(address)?.tunnels ?? 0) })
  }
  return Object.fromEntries([...next].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
