/** What every fault has come to, as a page. */
import type { Fault } from './faults.ts'
import type { Outcome } from './strike.ts'

export function pageOf(outcomes: readonly Outcome[]): string {
  const redemptions = outcomes.reduce((sum, each) => sum + each.redemptions, 0)
  const failed = outcomes.reduce((sum, each) => sum + each.failed.length, 0)
  return [
    '<!-- Written by `npm run cutover:faults`; edit the code instead. -->',
    '# What may go wrong in the middle of a cutover, and how it ends',
    `Org, gateway, keeper and runner are processes of their own. Clients redeem through the gateway all the time, each with a chain of its own, while an app moves from
127.0.0.11 and 127.0.0.12 to 127.0.0.21 and 127.0.0.22, and one thing goes wrong: ${outcomes.length} faults, ${redemptions} redemptions, ${failed} of them failed. Waits are short, but where a fault says
how long something takes. A cutover ends as done, rolled back, halted with an instruction, or waiting for a person; where it halts, the instruction is followed, it is run again,
and the last column says what becomes of it then.`,
    tableOf(
      ['what goes wrong', 'where', 'it ends', 'and says', 'redemptions', 'failed', 'run again'],
      outcomes.map(({ fault, end, instruction, again, ...counts }) => [
        ...[fault.what, fault.where, end, instruction.replaceAll(/grant \w+/g, 'grant …')],
        ...[String(counts.redemptions), String(counts.failed.length), again ?? ''],
      ]),
    ),
    '',
  ].join('\n\n')
}

/** Every fault has a line, with its end. */
export const lineOf = (page: string, { what, where, ends }: Fault): string | undefined =>
  page
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '))
    .find((line) => line.startsWith(`| ${what} | ${where} | ${ends} |`))

function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n')
}
