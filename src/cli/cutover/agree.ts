/** The one question before anything is changed, which names what will be. */
import { createInterface } from 'node:readline/promises'
import { complaint, wrongUsage } from '../complaint.ts'
import type { Terminal } from '../terminal.ts'

/** `--yes` skips the question, never a check. Throws a Complaint where the answer is not yes. */
export async function agree(
  terminal: Terminal,
  { yes }: { readonly yes?: boolean },
  {
    changes,
    question,
    instead,
  }: { readonly changes: readonly string[]; readonly question: string; readonly instead: string },
): Promise<void> {
  if (yes === true) return
  if (!process.stdin.isTTY)
    throw wrongUsage(
      'This asks before it changes anything, and nobody is there to answer.',
      'Give --yes to go on without the question; every check is made all the same.',
      instead,
    )
  for (const each of changes) terminal.err(each)
  const line = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await line.question(`${question} [y/N] `)
  line.close()
  if (!/^y(?:es)?$/i.test(answer.trim())) throw complaint('Nothing was changed.', instead)
  terminal.err('')
}
