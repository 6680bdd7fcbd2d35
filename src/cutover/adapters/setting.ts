/** Traffic that goes by one of two proxies of somebody else, as a setting says. The setting is all that can be seen: nothing counts what is open, nothing tells
 *  who goes by it, and no address can be pinned. What it does not know, it says so. */
import type { Instant } from '../../values/time.ts'
import type { Acted, Invalidation, PoolReading, TrafficPort } from '../ports.ts'
import type { PoolChange } from '../rules/journal.ts'
import type { AddressText } from '../rules/plan.ts'
import type { PoolMember, PoolMode } from '../rules/seen.ts'
import { probeBySample, type SampledSide } from './sampled-probe.ts'

export type Side = 'from' | 'to'

/** `both`: it is being changed, and nobody knows whether all have heard of it. */
export type SettingReading = {
  readonly at: Side | 'both'
  readonly version: string
  /** When something last left from an address, as far as the setting's own side knows it. */
  readonly usedAt?: ReadonlyMap<AddressText, Instant>
}

export type Setting = {
  readonly read: () => Promise<SettingReading>
  readonly move: (to: Side, expects: string) => Promise<Acted>
  readonly invalidate: Invalidation
}

export type SettingTrafficParts = {
  readonly setting: Setting
  readonly sides: Readonly<Record<Side, SampledSide>>
}

export function settingTraffic({ setting, sides }: SettingTrafficParts): TrafficPort {
  return {
    async read() {
      const { at, version, usedAt = new Map<AddressText, Instant>() } = await setting.read()
      return { version, members: membersOf(sides, at), whole: true, usedAt, strangers: 'unknown' } satisfies PoolReading
    },
    async set(modes, expects) {
      const side = sideOf(sides, modes)
      if (side !== undefined) return await setting.move(side, expects)
      return { result: 'refused', why: 'the setting knows two proxies, and takes no single addresses' }
    },
    invalidate: setting.invalidate,
    async probe(address) {
      const side = Object.values(sides).find(({ addresses }) => addresses.includes(address))
      if (side === undefined) return { result: 'refused', evidence: `no proxy of the plan leaves from ${address}` }
      return await probeBySample(side, address)
    },
  }
}

/** Whoever has read the setting before it changed goes on by the old proxy: that side drains, for as long as nobody knows. */
function membersOf(sides: Readonly<Record<Side, SampledSide>>, at: Side | 'both'): readonly PoolMember[] {
  const as = (side: Side, mode: PoolMode): PoolMember[] =>
    sides[side].addresses.map((address) => ({ address, mode, up: 'unknown', tunnels: 'unknown' }))
  switch (at) {
    case 'from':
      return [...as('from', 'active'), ...as('to', 'standby')]
    case 'to':
      return [...as('from', 'draining'), ...as('to', 'active')]
    case 'both':
      return [...as('from', 'active'), ...as('to', 'active')]
  }
}

/** To where new traffic is to go; what drains leaves the other side. */
function sideOf(sides: Readonly<Record<Side, SampledSide>>, modes: PoolChange): Side | undefined {
  const has = (side: Side, mode: PoolMode): boolean =>
    modes.some((each) => each.mode === mode && sides[side].addresses.includes(each.address))
  if (has('to', 'active') || has('from', 'draining')) return 'to'
  return has('from', 'active') || has('to', 'draining') ? 'from' : undefined
}
