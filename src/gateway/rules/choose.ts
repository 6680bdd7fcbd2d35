/** By which egress a tunnel leaves, and which are tried after it. */
import type { Admission } from './admission.ts'
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

/** What each of a set of equals is owed, in tunnels, by name. */
export type Credits = ReadonlyMap<string, number>

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

const admissionRank = { confirmed: 0, unknown: 4, refused: 8 } as const
const rank = ({ admission, ports, starting }: Candidate): number =>
  admissionRank[admission] + (ports === 'near' ? 2 : 0) + (starting ? 1 : 0)

/** One turn among equals: each is given its share, and who is owed most goes first and pays for it. Over any stretch of turns nobody is more
 *  than about one tunnel behind its share. */
export function takeTurn<C extends Candidate>(
  tier: readonly C[],
  credits: Credits,
  balance: 'latency' | 'round-robin',
): { readonly order: readonly C[]; readonly credits: Credits } {
  if (tier.length < 2) return { order: tier, credits }
  const shares = balance === 'latency' ? sharesByLatency(tier) : tier.map(() => 1 / tier.length)
  const owed = tier.map((each, i) => ({ each, credit: (credits.get(each.name) ?? 0) + (shares[i] ?? 0) }))
  const order = owed.toSorted((a, b) => b.credit - a.credit)
  const after = new Map(order.map(({ each, credit }, i) => [each.name, i === 0 ? credit - 1 : credit]))
  return { order: order.map(({ each }) => each), credits: after }
}

/** In inverse proportion to latency; one that is not known counts as the mean of the others. */
export function sharesByLatency(tier: readonly { readonly latencyMs: number | undefined }[]): readonly number[] {
  const known = tier.flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]))
  const mean = known.length === 0 ? 1 : known.reduce((sum, ms) => sum + ms, 0) / known.length
  // the millisecond keeps noise below it from deciding
  const speeds = tier.map(({ latencyMs }) => 1 / ((latencyMs ?? mean) + 1))
  return atLeast(speeds, Math.min(leastShare, 1 / tier.length))
}

/** Shares of one in proportion to the weights, none below the floor; what lifting costs is borne by the others in proportion. */
function atLeast(weights: readonly number[], floor: number): readonly number[] {
  let lifted: readonly boolean[] = weights.map(() => false)
  for (;;) {
    const free = 1 - floor * lifted.filter(Boolean).length
    const total = weights.reduce((sum, weight, i) => sum + (lifted[i] === true ? 0 : weight), 0)
    const settled = lifted
    const shares = weights.map((weight, i) => (settled[i] === true ? floor : (free * weight) / total))
    const next = shares.map((share, i) => settled[i] === true || share < floor)
    if (next.every((each, i) => each === settled[i])) return shares
    lifted = next
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
