/** The new addresses are declared and live before anything is changed for them (SF-281). */
import { after, instant } from '../../../values/time.ts'
import { sidesOf, type AddressText } from '../plan.ts'
import type { PoolMember } from '../seen.ts'
import type { State } from '../state.ts'
import { noEvidence } from '../verdict.ts'
import { type Step, firstOf, setPool } from './step.ts'
import { tried } from './tried.ts'

export const declared: Step = ({ state, seen }) => {
  const { target } = sidesOf(state.plan, state.direction)
  const { poolBefore } = state
  const missing = target.filter(
    (each) => !seen.pool.members.some((member) => isPinned(state, member, each)) && !isAsItWas(state, each),
  )
  if (missing.length === 0) return undefined
  return setPool(
    seen,
    missing.map((address) => {
      const name = poolBefore?.get(address)?.name
      return { address, mode: 'standby', ...(name === undefined ? {} : { name }) }
    }),
    'only what is pinned leaves by them',
  )
}

/** On the way back, where it is taken out again in the end. */
const isAsItWas = ({ direction, movedAt, poolBefore }: State, address: AddressText): boolean =>
  direction === 'back' && movedAt !== undefined && poolBefore !== undefined && !poolBefore.has(address)

/** What is drained takes nothing, a canary neither; where nothing counts tunnels, nothing is pinned at all. */
const isPinned = ({ movedAt }: State, { address, mode, tunnels }: PoolMember, wanted: AddressText): boolean =>
  address === wanted && (mode !== 'draining' || movedAt !== undefined || tunnels === 'unknown')

/** Shown by probes of our own, and by those of the gateway up to this moment. */
export const live: Step = ({ state, seen, now }) => {
  if (state.movedAt !== undefined) return undefined
  const { probes: enough, retry } = state.plan.terms
  const { target } = sidesOf(state.plan, state.direction)
  return firstOf(target, (address) => {
    const evidence = state.probes.get(address) ?? noEvidence
    const isUp = seen.pool.members.some((each) => each.address === address && each.up !== false)
    const command = { kind: 'probe', address } as const
    const until = after(evidence.lastTry ?? instant(0), retry)
    if (evidence.successes > 0 && !isUp)
      return now < until ? { kind: 'wait', until, why: `the gateway does not find ${address} live` } : command
    const wanted = state.direction === 'forth' ? enough : 1
    return tried(state, now, { evidence, enough: wanted, command, refused: `${address} is not live` })
  })
}
