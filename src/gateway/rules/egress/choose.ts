/** By which egress a tunnel leaves, and which are tried after it. */
import { admissionRank, type Admission } from './admission.ts'
import type { PortsLeft } from './port-budget.ts'

export type Balance = 'latency' | 'round-robin' | 'affinity'

/** An egress that may be dialled from: not down, unusable, draining, or out of ports. */
export type Candidate = {
  readonly name: string
  readonly starting: boolean
  readonly admission: Admission
  readonly ports: Exclude<PortsLeft, 'none'>
  readonly latencyMs: number | undefined
}

/** What each of a set of equals is owed, in tunnels; in the order of the set. */
export type Credits = readonly number[]

/** SF-270: every healthy admitted address gets at least so much of the new tunnels, as far as that adds up to a whole. */
const leastShare = 0.2

/** Equals together, the best first. Admission weighs most and takes nobody out (P-42): a connection from an address that the destination does
 *  not admit is worth less than a slow one. */
export function tiersOf<C extends Candidate>(candidates: readonly C[]): readonly (readonly C[])[] {
  const first = candidates[0]
  if (first === undefined) return []
  if (candidates.every((each) => rank(each) === rank(first))) return [candidates]
  const ranks = [...new Set(candidates.map(rank))].toSorted((a, b) => a - b)
  return ranks.map((each) => candidates.filter((candidate) => rank(candidate) === each))
}

const rank = ({ admission, ports, starting }: Candidate): number =>
  4 * admissionRank[admission] + (ports === 'near' ? 2 : 0) + (starting ? 1 : 0)

/** One turn among equals: each is given its share, and who is owed most goes first and pays for it. Over any stretch of turns nobody is more
 *  than about one tunnel behind its share. `first` is an index. On the way of every tunnel, hence the loops. */
export function takeTurn(
  shares: readonly number[],
  credits: Credits | undefined,
): { readonly first: number; readonly credits: Credits } {
  const owed: number[] = []
  let first = 0
  for (let i = 0; i < shares.length; i += 1) {
    const credit = (credits?.[i] ?? 0) + (shares[i] ?? 0)
    owed.push(credit)
    if (credit > (owed[first] ?? 0)) first = i
  }
  owed[first] = (owed[first] ?? 0) - 1
  return { first, credits: owed }
}

export const equalShares = (count: number): readonly number[] => Array.from({ length: count }, () => 1 / count)

/** In inverse proportion to latency; one that is not known counts as the mean of the others. */
export function sharesByLatency(tier: readonly { readonly latencyMs: number | undefined }[]): readonly number[] {
  let sum = 0
  let known = 0
  for (const { latencyMs } of tier) {
    if (latencyMs === undefined) continue
    sum += latencyMs
    known += 1
  }
  const mean = known === 0 ? 1 : sum / known
  const speeds: number[] = []
  // the millisecond keeps noise below it from deciding
  for (const { latencyMs } of tier) speeds.push(1 / ((latencyMs ?? mean) + 1))
  return atLeast(speeds, Math.min(leastShare, 1 / tier.length))
}

/** Shares of one in proportion to the weights, none below the floor; what lifting costs is borne by the others in proportion. */
function atLeast(weights: readonly number[], floor: number): readonly number[] {
  const shares: number[] = []
  for (let lifted = 0; ;) {
    // those at the floor are done with; the others share what is left
    let total = 0
    for (let i = 0; i < weights.length; i += 1) if (shares[i] !== floor) total += weights[i] ?? 0
    const scale = (1 - floor * lifted) / total
    const before = lifted
    for (let i = 0; i < weights.length; i += 1) {
      if (shares[i] === floor) continue
      const share = (weights[i] ?? 0) * scale
      shares[i] = Math.max(floor, share)
      if (share <= floor) lifted += 1
    }
    if (lifted === before || lifted === weights.length) return shares
  }
}

/** Rendezvous hashing: a client keeps its egress as long as that is among the equals, and the clients of one that goes spread over the rest. */
export function byAffinity<C extends Candidate>(tier: readonly C[], client: string): readonly C[] {
  if (tier.length < 2) return tier
  return tier
    .map((each) => ({ each, weight: hash(`${client}\n${each.name}`) }))
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ each }) => each)
}

/** 32-bit FNV-1a with a final mix, which alone makes names that differ in their last letter lie far apart. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
