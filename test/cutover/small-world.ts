/** An org and a gateway as small as they can be, behind the ports of a cutover: a list that takes effect late, a pool, a clock that moves when somebody
 *  waits. Whatever traffic leaves from an address that is not admitted is counted. */
import { formatAddress } from '../../src/ip/address.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import type { RangeRow } from '../../src/ip/range-spelling.ts'
import type { Acted, AllowlistPort, CanaryPort, CutoverPorts } from '../../src/cutover/ports.ts'
import { listedOf, type ListRows } from '../../src/cutover/rules/list-change.ts'
import type { Plan } from '../../src/cutover/rules/plan.ts'
import type { PoolMember } from '../../src/cutover/rules/seen.ts'
import { days, instant, minutes, seconds, type Duration, type Instant } from '../../src/values/time.ts'

export const plan: Plan = {
  apps: [{ name: 'Nightly_Sync', kind: 'external-client-app' }],
  from: ['192.0.2.1', '192.0.2.2'],
  to: ['198.51.100.1', '198.51.100.2'],
  terms: {
    ...{
      propagation: seconds(60),
      watch: seconds(40),
      redemptionSuccess: 0.999,
      quiet: seconds(60),
      drain: minutes(3),
      probes: 3,
      proofs: 1,
    },
    ...{ recheck: minutes(5), retry: seconds(10), patience: 6, saves: 3, freshness: seconds(5) },
  },
}

/** `typed`: a person does each change of it, and nobody can read it. */
export type SmallListKind = 'read' | 'typed'

export type SmallWorld = {
  readonly ports: CutoverPorts
  readonly clock: () => Instant
  readonly wait: (length: Duration) => Promise<void>
  /** Addresses from which traffic was refused, each once. */
  readonly refused: () => readonly string[]
  /** Of the first list, or of that one. */
  readonly listed: (list?: number) => readonly string[]
  /** What was asked for is typed, as it was asked or without some addresses. */
  readonly type: (without?: readonly string[]) => void
  readonly active: () => readonly string[]
  /** Bends the next thing that is asked of it. */
  readonly bend: (what: Bend) => void
}

type Bend = {
  readonly saveIsDropped?: boolean
  readonly dead?: string
  readonly unregistered?: string
  readonly slowBy?: Duration
  /** What is drained has tunnels that do not end. */
  readonly tunnelsStay?: boolean
  /** Of a hundred redemptions, how many fail for a cause of their own. */
  readonly failing?: number
}

const claimedRows = (claim: readonly RangeRow[]): ListRows => rowsOf(claim.flatMap(({ start }) => start ?? []))

const rowsOf = (addresses: readonly string[]): ListRows => {
  const parsed = parseAllowlist(addresses.map((each) => ({ start: each, end: each })))
  if (!parsed.ok) throw new Error('the list of the test is not valid')
  return parsed.value.rows
}

type SmallList = {
  readonly kind: SmallListKind
  rows: ListRows
  before: ListRows
  savedAt: number
  version: number
  request: ListRows | undefined
}

export function openSmallWorld(kinds: readonly SmallListKind[] = ['read']): SmallWorld {
  let now = 1_000_000
  const first = rowsOf([...plan.from, '203.0.113.7'])
  const lists = kinds.map((kind): SmallList => ({
    ...{ kind, rows: first, before: first, savedAt: 0, version: 1, request: undefined },
  }))
  let spreads = 20_000 // ms until a save is in force
  let poolVersion = 1
  let dropped = false
  let kept = false
  let failing = 0
  let dead: string | undefined
  let unregistered: string | undefined
  const members = new Map<string, PoolMember>(
    plan.from.map((address) => [address, { address, mode: 'active', up: true, tunnels: 3 }]),
  )
  const refused = new Set<string>()
  const inForce = ({ rows, before, savedAt }: SmallList): ListRows => (now - savedAt >= spreads ? rows : before)
  const admits = (address: string, list: SmallList): boolean =>
    address !== unregistered && listedOf(inForce(list), [address]).length > 0
  /** Everybody redeems all the time, from each address that traffic leaves from. */
  const traffic = (): void => {
    for (const { address, mode, tunnels } of members.values())
      if ((mode === 'active' || tunnels !== 0) && (address === dead || !lists.every((each) => admits(address, each))))
        refused.add(address)
  }
  const save = (list: SmallList, next: ListRows): Acted => {
    if (!dropped) Object.assign(list, { before: inForce(list), rows: next, savedAt: now })
    dropped = false
    list.version += 1
    return { result: 'done' }
  }
  const usedAt = (): Map<string, Instant> =>
    new Map([...members.values()].flatMap(({ address, mode }) => (mode === 'active' ? [[address, instant(now)]] : [])))
  const answer = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve()
    traffic()
    return work()
  }
  const allowlistOf = (list: SmallList): AllowlistPort => ({
    read: (claim) =>
      answer(() =>
        list.kind === 'read'
          ? { rows: list.rows, version: String(list.version), isEnforced: true }
          : { rows: claim === undefined ? first : claimedRows(claim), version: '', isEnforced: true, claimed: true },
      ),
    save: (next, expects) =>
      answer(() => {
        if (list.kind === 'read') return expects === String(list.version) ? save(list, next) : { result: 'stale' }
        list.request = next
        return { result: 'asked', why: `Type ${next.map(({ start }) => formatAddress(start)).join(', ')}.` }
      }),
    invalidate:
      list.kind === 'typed'
        ? { longestCall: seconds(30) }
        : () =>
            answer(() => {
              list.version += 1
              return { result: 'done' }
            }),
    redeemers: () => answer(() => []),
    redemptions: () =>
      answer(() => ({
        ...{ attempts: 100, successes: refused.size === 0 ? 100 - failing : 0, refused: refused.size, whole: true },
      })),
  })
  /** What is drained takes nothing, a canary neither. */
  const isReached = (address: string): boolean => !['draining', undefined].includes(members.get(address)?.mode)
  const canaryOf = (list: SmallList): CanaryPort => ({
    redeem: (address) =>
      answer(() => ({
        result: isReached(address) ? (admits(address, list) ? 'success' : 'refused') : 'unclear',
        evidence: 'a redemption',
      })),
  })
  return {
    clock: () => instant(now),
    async wait(length) {
      await Promise.resolve()
      traffic()
      now += length
      for (const [address, member] of members)
        if (member.mode === 'draining' && !kept) members.set(address, { ...member, tunnels: 0 })
      traffic()
    },
    refused: () => [...refused],
    listed: (list = 0) => (lists[list]?.rows ?? []).map(({ start }) => formatAddress(start)),
    type(without = []) {
      for (const list of lists)
        if (list.request !== undefined)
          save(
            list,
            list.request.filter(({ start }) => !without.includes(formatAddress(start))),
          )
    },
    active: () => [...members.values()].flatMap(({ address, mode }) => (mode === 'active' ? [address] : [])),
    bend(what) {
      dropped = what.saveIsDropped ?? dropped
      dead = what.dead ?? dead
      unregistered = what.unregistered ?? unregistered
      spreads = what.slowBy ?? spreads
      kept = what.tunnelsStay ?? kept
      failing = what.failing ?? failing
    },
    ports: {
      lookBack: days(30),
      lists: lists.map((list) => ({ allowlist: allowlistOf(list), canary: canaryOf(list) })),
      traffic: {
        read: () =>
          answer(() => ({
            ...{ version: String(poolVersion), whole: true, usedAt: usedAt(), strangers: [] },
            members: [...members.values()].map((each) => ({ ...each, up: each.address !== dead })),
          })),
        set: (modes, expects) =>
          answer(() => {
            if (expects !== String(poolVersion)) return { result: 'stale' }
            poolVersion += 1
            for (const { address, mode } of modes) {
              if (mode === 'absent') members.delete(address)
              else {
                const { mode: was = 'draining', tunnels = 0 } = members.get(address) ?? {}
                const open = mode === 'active' ? 3 : mode === 'cut' ? 0 : tunnels
                members.set(address, { address, up: true, mode: mode === 'cut' ? was : mode, tunnels: open })
              }
            }
            return { result: 'done' }
          }),
        invalidate: () =>
          answer(() => {
            poolVersion += 1
            return { result: 'done' }
          }),
        probe: (address) => answer(() => ({ result: address === dead ? 'refused' : 'success', evidence: 'a probe' })),
      },
    },
  }
}
