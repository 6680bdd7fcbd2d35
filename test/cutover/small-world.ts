/** An org and a gateway as small as they can be, behind the ports of a cutover: a list that takes effect late, a pool, a clock that moves when somebody
 *  waits. Whatever traffic leaves from an address that is not admitted is counted. */
import { formatAddress } from '../../src/ip/address.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import type { Acted, CutoverPorts } from '../../src/cutover/ports.ts'
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
      probes: 3,
      proofs: 1,
    },
    ...{ recheck: minutes(5), retry: seconds(10), patience: 6, saves: 3, freshness: seconds(5) },
  },
}

export type SmallWorld = {
  readonly ports: CutoverPorts
  readonly clock: () => Instant
  readonly wait: (length: Duration) => Promise<void>
  /** Addresses from which traffic was refused, each once. */
  readonly refused: () => readonly string[]
  readonly listed: () => readonly string[]
  readonly active: () => readonly string[]
  /** Bends the next thing that is asked of it. */
  readonly bend: (what: { saveIsDropped?: boolean; dead?: string; unregistered?: string; slowBy?: Duration }) => void
  readonly editByOther: (remove: string) => void
}

const rowsOf = (addresses: readonly string[]): ListRows => {
  const parsed = parseAllowlist(addresses.map((each) => ({ start: each, end: each })))
  if (!parsed.ok) throw new Error('the list of the test is not valid')
  return parsed.value.rows
}

export function openSmallWorld(): SmallWorld {
  let now = 1_000_000
  let rows = rowsOf([...plan.from, '203.0.113.7'])
  let before = rows
  let savedAt = 0
  let spreads = 20_000 // ms until a save is in force
  let versions = { list: 1, pool: 1 }
  let dropped = false
  let dead: string | undefined
  let unregistered: string | undefined
  const members = new Map<string, PoolMember>(
    plan.from.map((address) => [address, { address, mode: 'active', up: true, tunnels: 3 }]),
  )
  const refused = new Set<string>()
  const admits = (address: string): boolean =>
    address !== unregistered && listedOf(now - savedAt >= spreads ? rows : before, [address]).length > 0
  /** Everybody redeems all the time, from each address that traffic leaves from. */
  const traffic = (): void => {
    for (const { address, mode, tunnels } of members.values())
      if ((mode === 'active' || tunnels !== 0) && (!admits(address) || address === dead)) refused.add(address)
  }
  const save = (next: ListRows): Acted => {
    versions = { ...versions, list: versions.list + 1 }
    if (!dropped) [before, rows, savedAt] = [now - savedAt >= spreads ? rows : before, next, now]
    dropped = false
    return { result: 'done' }
  }
  const usedAt = (): Map<string, Instant> =>
    new Map([...members.values()].flatMap(({ address, mode }) => (mode === 'active' ? [[address, instant(now)]] : [])))
  const answer = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve()
    traffic()
    return work()
  }
  return {
    clock: () => instant(now),
    async wait(length) {
      await Promise.resolve()
      traffic()
      now += length
      for (const [address, member] of members)
        if (member.mode === 'draining') members.set(address, { ...member, tunnels: 0 })
      traffic()
    },
    refused: () => [...refused],
    listed: () => rows.map(({ start }) => formatAddress(start)),
    active: () => [...members.values()].flatMap(({ address, mode }) => (mode === 'active' ? [address] : [])),
    bend(what) {
      dropped = what.saveIsDropped ?? dropped
      dead = what.dead ?? dead
      unregistered = what.unregistered ?? unregistered
      spreads = what.slowBy ?? spreads
    },
    editByOther(remove) {
      save(rows.filter(({ start }) => formatAddress(start) !== remove))
    },
    ports: {
      lookBack: days(30),
      lists: [
        {
          allowlist: {
            read: () => answer(() => ({ rows, version: String(versions.list), isEnforced: true })),
            save: (next, expects) =>
              answer(() => (expects === String(versions.list) ? save(next) : { result: 'stale' })),
            invalidate: () =>
              answer(() => {
                versions = { ...versions, list: versions.list + 1 }
                return { result: 'done' }
              }),
            redeemers: () => answer(() => []),
            redemptions: () =>
              answer(() => ({
                attempts: 100,
                successes: refused.size === 0 ? 100 : 0,
                refused: refused.size,
                whole: true,
              })),
          },
          canary: {
            redeem: (address) =>
              answer(() => ({ result: admits(address) ? 'success' : 'refused', evidence: 'a redemption' })),
          },
        },
      ],
      traffic: {
        read: () =>
          answer(() => ({
            ...{ version: String(versions.pool), whole: true, usedAt: usedAt(), strangers: [] },
            members: [...members.values()].map((each) => ({ ...each, up: each.address !== dead })),
          })),
        set: (modes, expects) =>
          answer(() => {
            if (expects !== String(versions.pool)) return { result: 'stale' }
            versions = { ...versions, pool: versions.pool + 1 }
            for (const { address, mode } of modes) {
              if (mode === 'absent') members.delete(address)
              else
                members.set(address, {
                  address,
                  mode,
                  up: true,
                  tunnels: mode === 'active' ? 3 : (members.get(address)?.tunnels ?? 0),
                })
            }
            return { result: 'done' }
          }),
        invalidate: () =>
          answer(() => {
            versions = { ...versions, pool: versions.pool + 1 }
            return { result: 'done' }
          }),
        probe: (address) => answer(() => ({ result: address === dead ? 'refused' : 'success', evidence: 'a probe' })),
      },
    },
  }
}
