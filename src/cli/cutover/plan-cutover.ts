/** `cutover plan`: what would happen, and what speaks against it. Changes nothing. */
import type { Judgement } from '../../cutover/cutover.ts'
import type { PlanJudgement } from '../../cutover/rules/plan-faults.ts'
import { Complaint, printWarning } from '../complaint.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import { lengthWords, listWords } from './words.ts'
import { expectCanaries } from './canaries.ts'
import { noAnswer } from './no-answer.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { cutoversOf, portsOf, readPlan, type CutoverFlags } from './place.ts'

export async function planCutover(terminal: Terminal, path: string, flags: CutoverFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    await expectCanaries(terminal, read, flags)
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

function planLines(judged: Judgement, { from, to, terms }: Plan): string[] {
  const [news, olds, wait] = [listWords(to), listWords(from), lengthWords(terms.propagation)]
  const steps = [
    ['confirm', `puts ${news} into the pool on standby, and probes each from itself`, 'taking them out of the pool'],
    ['add', `adds ${news} to the list, waits ${wait}, and redeems for real from each`, 'taking them out of the list'],
    [
      ...['move', `lets new tunnels leave from ${news} alone, and drains ${olds}`],
      'moving back: the old ones are still in the list',
    ],
    [
      'prove',
      `redeems for real from each again, and waits ${wait}, until nothing leaves from the old ones`,
      'moving back',
    ],
    [
      ...['remove', `takes ${olds} out of the list, and watches redemptions for ${lengthWords(terms.watch)}`],
      `adding them again, ${wait}, a real redemption from each, and moving back`,
    ],
  ]
  return [
    ...listLines(judged),
    ...steps.flatMap(([name = '', does, undone], i) => [
      `${i + 1} ${name.padEnd(9)}${does}`,
      `${''.padEnd(11)}undone by ${undone}`,
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
