/** A rehearsal as it is told: who plays whom, what the real run would print, and how it ended. */
import type { Clock } from '../../../values/domain.ts'
import type { Instant } from '../../../values/time.ts'
import { appsOf } from '../../../cutover/rules/plan.ts'
import { exitOf } from '../exit-code.ts'
import { openNarrator, type Narrator } from '../narrator.ts'
import { headings } from '../progress.ts'
import { lengthWords } from '../words.ts'
import type { Paint, Terminal } from '../../terminal.ts'
import { rehearsalFaults } from './fault-names.ts'
import { customersOf, type Rehearsed, type Setting } from './setting.ts'
import type { StandIns } from './stand-ins.ts'

export function headLines({ bold, yellow }: Paint, { read, copy, standIns, faults }: Setting): string[] {
  const { plan } = read
  const one = plan.apps.length === 1
  const whose = copy.isWhole
    ? `${one ? 'its list and its' : 'their lists and their'} policies`
    : `${one ? 'its list' : 'their lists'}; policies are those of a new app`
  const customers = copy.apps.flatMap((_, i) => customersOf(i))
  return [
    bold(`Rehearsal: ${appsOf(plan)} from ${plan.from.join(' and ')} to ${plan.to.join(' and ')}`),
    `A copy of the ${one ? 'app' : 'apps'} (${whose}), a gateway, and a keeper with ${customers.length} customers who redeem all the time.`,
    standIns.pairs === undefined
      ? 'Each address plays itself.'
      : `This machine has not all of the addresses, so others play them: ${standIns.pairs.map(({ address, by }) => `${by} is ${address}`).join(', ')}.`,
    'Waits are shortened by the testing clock, whose time is shown. Nothing is changed but the copy.',
    ...('gateway' in read.file.traffic
      ? []
      : [`${yellow('Not rehearsed:')} what traffic leaves by in the real run; a gateway plays it.`]),
    ...faults.map((each) => `${yellow('Fault:')} ${rehearsalFaults[each]}.`),
    '',
  ]
}

export type RehearsalNarrator = Narrator & { readonly say: (text: string) => void }

/** What `cutover run` would print, with the time that would have passed then. */
export function rehearsalNarrator(
  { out, paint }: Terminal,
  { began, clock, standIns }: { readonly began: Instant; readonly clock: Clock; readonly standIns: StandIns },
): RehearsalNarrator {
  const line = (text: string): void => out(`${paint.dim(elapsed(clock() - began))}  ${standIns.named(text)}`)
  const narrator = openNarrator({
    ...{ line, now: clock },
    step: (name, _number, direction) => line(paint.bold(headings[direction][name])),
  })
  return { ...narrator, say: line }
}

export function endLines(paint: Paint, { standIns }: Setting, { outcome, tally, tookMs }: Rehearsed): string[] {
  const { good, failed, failures } = tally
  const paintIt = exitOf(outcome) === 0 ? paint.green : paint.yellow
  const why = [...failures].map(([code, times]) => `${code} ${times}`).join(', ')
  return [
    `${paint.dim(elapsed(tookMs))}  ${paintIt(standIns.named(endWords(outcome)))}`,
    '',
    `${good + failed} redemptions of the customers meanwhile, ${failed === 0 ? paint.green('0 failed') : paint.red(`${failed} failed (${why})`)}; the allowlist refused ${failures.get('IP_REFUSED') ?? 0}.`,
    `The real run would end with exit code ${exitOf(outcome)}, after about ${lengthWords(Math.ceil(tookMs / 60_000) * 60_000)}.`,
  ]
}

export const rehearsalJson = (
  { read, copy, standIns, faults }: Setting,
  { outcome, tally, tookMs }: Rehearsed,
): Readonly<Record<string, unknown>> => ({
  ...{ app: appsOf(read.plan), from: read.plan.from, to: read.plan.to, faults, policiesCopied: copy.isWhole },
  standIns: standIns.pairs ?? [],
  ...{ end: outcome.kind === 'ended' ? outcome.how : outcome.kind, says: standIns.named(endWords(outcome)) },
  ...{ exitCode: exitOf(outcome), wouldTakeMs: tookMs },
  redemptions: {
    ...{ attempts: tally.good + tally.failed, failed: tally.failed },
    failures: Object.fromEntries(tally.failures),
  },
})

function endWords(outcome: Rehearsed['outcome']): string {
  switch (outcome.kind) {
    case 'ended':
      return `${outcome.how}: ${outcome.instruction}`
    case 'waiting':
      return `waiting for a person: ${outcome.question}`
    case 'stopped':
      return 'stopped'
    case 'held':
    case 'unknown':
      return outcome.kind
  }
}

const elapsed = (ms: number): string =>
  [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
    .map((each, i) => (i === 0 ? String(each) : String(each).padStart(2, '0')))
    .join(':')
