/** `cutover plan`: what would happen, and what speaks against it. Changes nothing. */
import type { Judgement } from '../../cutover/cutover.ts'
import type { PlanJudgement } from '../../cutover/rules/plan-faults.ts'
import { Complaint, printWarning } from '../complaint.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { cutoversOf, noAnswer, portsOf, readPlan, type CutoverFlags } from './place.ts'

export async function planCutover(terminal: Terminal, path: string, flags: CutoverFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const judged = await cutovers.judge(read.plan, portsOf(terminal, read, flags)).catch(noAnswer)
    if (flags.json === true) terminal.out(JSON.stringify({ plan: read.plan, ...judged }))
    else for (const line of planLines(judged, read.plan)) terminal.out(line)
    refuseFaults(terminal, judged)
  } finally {
    await cutovers.close()
  }
}

/** Prints the warnings; throws a Complaint with all that speaks against it. */
export function refuseFaults(terminal: Terminal, { faults, warnings }: PlanJudgement): void {
  for (const { path, message, next } of warnings) printWarning(terminal, { means: `${path}: ${message}`, next: [next] })
  if (faults.length > 0)
    throw new Complaint(faults.map(({ path, message, next }) => ({ means: `${path}: ${message}`, next: [next] })))
}

function planLines(
  judged: Judgement,
  {
    from,
    to,
    terms,
  }: { from: readonly string[]; to: readonly string[]; terms: { propagation: number; watch: number } },
): string[] {
  const wait = lengthWords(terms.propagation)
  return [
    ...listLines(judged),
    ...table([
      ['Step', 'Does', 'Undone by'],
      [
        '1 confirm',
        `declares ${to.join(' and ')} on standby, and probes each from itself`,
        'taking them out of the pool',
      ],
      [
        '2 add',
        `adds ${to.join(' and ')} to the list, waits ${wait}, redeems for real from each`,
        'taking them out of the list',
      ],
      [
        '3 move',
        `new tunnels leave from ${to.join(' and ')} alone; ${from.join(' and ')} are drained`,
        'moving it back; the old ones are still listed',
      ],
      [
        '4 prove',
        `redeems for real from each again, waits ${wait}, until nothing leaves from the old ones`,
        'moving it back',
      ],
      [
        '5 remove',
        `takes ${from.join(' and ')} out of the list, and watches for ${lengthWords(terms.watch)}`,
        `adding them again, ${wait}, a redemption from each, and moving back`,
      ],
    ]),
  ]
}

function listLines({ lists, hash }: Judgement): string[] {
  const side = (ranges: readonly string[]): string => ranges.join(', ')
  const rows = lists.flatMap(({ name, before, between, after, use }) => [
    ...(lists.length > 1 ? [['App', name]] : []),
    ['List now', side(before)],
    ['List between', `${side(between)} (${use.ranges} of 128 ranges, ${use.addresses} of 256 addresses)`],
    ['List after', side(after)],
  ])
  return [...table([...rows, ['Hash', hash]]), '']
}

const lengthWords = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`)
