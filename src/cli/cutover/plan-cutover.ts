/** `cutover plan`: what would happen, and what speaks against it. Changes nothing. */
import type { ReadPlan } from '../../cutover/configuration.ts'
import type { Cutovers, Judgement } from '../../cutover/cutover.ts'
import type { PlanFault, PlanJudgement } from '../../cutover/rules/plan-faults.ts'
import { appsOf, type Plan } from '../../cutover/rules/plan.ts'
import { faultLine } from '../../documents/fault.ts'
import { Complaint, printNext, printWarning, type Trouble } from '../complaint.ts'
import { shellWord } from '../self.ts'
import { stepWords } from './plan-words.ts'
import { expectCanaries } from './canaries.ts'
import { noAnswer } from './no-answer.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { cutoversOf, portsOf, readPlan, type CutoverFlags } from './place.ts'
import { newestOf } from './to-roll-back.ts'
import { listWords } from './words.ts'

export async function planCutover(terminal: Terminal, path: string, flags: CutoverFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    await expectCanaries(terminal, read, flags)
    const judged = await cutovers.judge(read.plan, portsOf(terminal, read, flags)).catch(noAnswer)
    if (flags.json === true) terminal.out(JSON.stringify({ plan: read.plan, ...judged }))
    else for (const line of [...planLines(judged, read.plan), ...personLines(read)]) terminal.out(line)
    refuseFaults(terminal, judged, read)
    if (flags.json !== true) await sayNext(terminal, cutovers, { plan: read.plan, path, hash: judged.hash })
  } finally {
    await cutovers.close()
  }
}

/** Prints the warnings; throws a Complaint with all that speaks against it. */
export function refuseFaults(
  terminal: Terminal,
  { faults, warnings }: PlanJudgement,
  { place }: Pick<ReadPlan, 'place'>,
): void {
  const troubleOf = (each: PlanFault): Trouble => ({ means: faultLine(place(each)), next: [each.next] })
  for (const each of warnings) printWarning(terminal, troubleOf(each))
  if (faults.length > 0) throw new Complaint(faults.map(troubleOf))
}

type Planned = { readonly plan: Plan; readonly path: string; readonly hash: string }

/** Of apps that a cutover is under way for, `run` goes on with that one, and not with what was printed. */
async function sayNext(terminal: Terminal, cutovers: Cutovers, { plan, path, hash }: Planned): Promise<void> {
  const last = await newestOf(cutovers, plan)
  if (last?.about.endedAt === null)
    return printWarning(terminal, {
      means: `A cutover of ${appsOf(plan)} is under way, ${last.about.id}: run goes on with that one, and the plan above is not begun.`,
      next: [`sallyport cutover status ${last.about.id}`],
    })
  const file = shellWord(path)
  printNext(terminal, [`sallyport cutover rehearse ${file}`, `sallyport cutover run ${file} --plan ${hash}`])
}

function planLines(judged: Judgement, plan: Plan): string[] {
  return [
    ...listLines(judged),
    ...stepWords(plan).flatMap(({ name, does, undone }, i) => [
      `${i + 1} ${name.padEnd(9)}${does}`,
      `${''.padEnd(11)}undone by ${undone}`,
    ]),
  ]
}

/** Where a person changes a list, the run stops for them. */
export function personLines({ file }: Pick<ReadPlan, 'file'>): string[] {
  const asked = [file, ...(file.second === undefined ? [] : [file.second])].filter(
    ({ allowlist }) => 'manual' in allowlist || 'supportCase' in allowlist,
  )
  if (asked.length === 0) return []
  const whose = listWords(asked.map(({ app }) => app))
  return [
    '',
    `A person changes the list of ${whose}: in steps 2 and 5 the run says what to do and ends with exit 3; it goes on by confirm, and run.`,
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
