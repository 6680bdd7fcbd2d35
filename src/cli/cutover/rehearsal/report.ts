/** A rehearsal as it is told: who plays whom, what the real run would print, and how it ended. */
import type { Clock } from '../../../values/domain.ts'
import type { Instant } from '../../../values/time.ts'
import { exitOf } from '../exit-code.ts'
import { openNarrator, type Narrator } from '../narrator.ts'
import { headings } from '../progress.ts'
import { lengthWords } from '../words.ts'
import type { Paint, Terminal } from '../../terminal.ts'
import { rehearsalFaults } from './fault-names.ts'
import { customers, type Rehearsed, type Setting } from './setting.ts'
import type { StandIns } from './stand-ins.ts'

export function headLines({ bold, yellow }: Paint, { read, copy, standIns, faults }: Setting): string[] {
  const { plan } = read
  const whose = copy.isWhole ? 'its list and its policies' : 'its list; policies are those of a new app'
  return [
    bold(`Rehearsal: ${plan.apps[0]?.name ?? ''} from ${plan.from.join(' and ')} to ${plan.to.join(' and ')}`),
    `A copy of the app (${whose}), a gateway, and a keeper with ${customers.length} customers who redeem all the time.`,
    standIns.pairs === undefined
      ? 'Each address plays itself.'
      : `This machine has not all of the addresses, so others play them: ${standIns.pairs.map(({ address, by }) => `${by} is ${address}`).join(', ')}.`,
    'Waits are shortened by the testing clock, whose time is shown. Nothing is changed but the copy.',
    ...plan.apps
      .slice(1)
      .map(({ name }) => `${yellow('Not rehearsed:')} the list of ${name}, which changes after this one.`),
    ...faults.map((each) => `${yellow('Fault:')} ${rehearsalFaults[each]}.`),
    '',
  ]
}

/** What `cutover run` would print, with the time that would have passed then. */
export function rehearsalNarrator(
  { out, paint }: Terminal,
  { began, clock, standIns }: { readonly began: Instant; readonly clock: Clock; readonly standIns: StandIns },
): Narrator {
  const line = (text: string): void => out(`${paint.dim(elapsed(clock() - began))}  ${standIns.named(text)}`)
  return openNarrator({
    ...{ line, now: clock },
    step: (name, _number, direction) => line(paint.bold(headings[direction][name])),
  })
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
  ...{ app: read.file.app, from: read.plan.from, to: read.plan.to, faults, policiesCopied: copy.isWhole },
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
