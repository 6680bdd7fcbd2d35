/** What a cutover goes by: each try of an address, real redemptions and probes, with what came of it and when. */
import type { Entry } from '../../cutover/rules/journal.ts'
import { isoText } from '../../values/time.ts'

export type Proof = {
  readonly kind: 'probed' | 'redeemed'
  readonly address: string
  readonly result: string
  readonly evidence: string
  /** ISO 8601, on the runner's clock. */
  readonly at: string
}

/** Oldest first. */
export const proofsIn = (entries: readonly Entry[]): readonly Proof[] =>
  entries.flatMap((entry) => {
    if (entry.kind !== 'probed' && entry.kind !== 'redeemed') return []
    const { kind, address, result, evidence, at } = entry
    return [{ kind, address, result, evidence, at: isoText(at) }]
  })
