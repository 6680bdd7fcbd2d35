/** Evidence by trying: again and again until there is enough of it, or until patience is at its end. */
import { after, instant, type Instant } from '../../../values/time.ts'
import { type Command, halt } from '../command.ts'
import type { AddressText } from '../plan.ts'
import type { State } from '../state.ts'
import { noEvidence, type Evidence } from '../verdict.ts'
import { turnOrHalt } from './step.ts'

export type Trying = {
  readonly evidence: Evidence
  readonly enough: number
  readonly command: Command
  /** What it means if it goes on being refused. */
  readonly refused: string
}

export function tried(state: State, now: Instant, { evidence, enough, command, refused }: Trying): Command | undefined {
  const { patience, retry } = state.plan.terms
  if (evidence.successes >= enough) return undefined
  if (evidence.refused >= patience) return turnOrHalt(state, refused)
  if (evidence.unclear >= patience)
    return halt(
      `Nobody can tell whether it works: ${patience} tries said nothing.`,
      'status has what each of them was told: see to that, and run it again; nothing is lost meanwhile.',
    )
  const until = evidence.lastTry === undefined ? now : after(evidence.lastTry, retry)
  const inVain = Math.max(evidence.refused, evidence.unclear)
  if (inVain === 0 || now >= until) return command
  return { kind: 'wait', until, why: `try ${inVain} of ${patience} did not go well` }
}

export type Rechecking = {
  readonly list: number
  readonly address: AddressText
  readonly evidence: Evidence
  /** How it stands where nobody can tell. */
  readonly meanwhile: string
}

export function recheck(
  { plan }: State,
  now: Instant,
  { list, address, evidence, meanwhile }: Rechecking,
): Command | undefined {
  const { lastSuccess } = evidence
  const isRecent = lastSuccess !== undefined && lastSuccess <= now && now - lastSuccess <= plan.terms.recheck
  if (isRecent) return undefined
  const until = after(evidence.lastTry ?? instant(0), plan.terms.retry)
  if (evidence.unclear > 0 && now < until) return { kind: 'wait', until, why: 'the last try said nothing' }
  if (evidence.unclear >= plan.terms.patience)
    return halt(`Nobody can tell whether ${address} still works.`, `See why, and run it again; ${meanwhile}`)
  return { kind: 'redeem', list, address }
}

/** What was shown before an instant shows nothing of what came after it. */
export const sinceOf = (evidence: Evidence | undefined, since: Instant | undefined): Evidence =>
  evidence === undefined || (since !== undefined && evidence.lastTry !== undefined && evidence.lastTry < since)
    ? noEvidence
    : evidence
