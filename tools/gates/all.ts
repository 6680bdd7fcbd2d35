/** The gates of `npm run check`, all at once. */
import { compile } from './compile.ts'
import { deadCode } from './dead-code.ts'
import { docs } from './docs.ts'
import { files } from './files.ts'
import { format } from './format.ts'
import type { Gate, Verdict } from './gate.ts'
import { imports } from './imports.ts'
import { lint } from './lint.ts'
import { lockfile } from './lockfile.ts'
import { unit } from './unit.ts'

/** In the order of the summary line. */
export const gates: readonly Gate[] = [compile, lint, format, imports, files, lockfile, deadCode, docs, unit]

export type Checked = {
  readonly summary: string
  readonly wrong: readonly string[]
  readonly passed: number
  readonly failed: number
}

/** The gates run at the same time; most of them are programs that wait for a core. */
export async function check(which: readonly Gate[] = gates): Promise<Checked> {
  const verdicts = await Promise.all(which.map(async (gate) => ({ gate, verdict: await judge(gate) })))
  return {
    summary: verdicts.map(({ verdict }) => verdict.saw).join(' | '),
    wrong: verdicts.flatMap(({ gate, verdict }) => verdict.wrong.map((text) => `${gate.name}: ${text}`)),
    passed: verdicts.reduce(
      (sum, { verdict }) => sum + (verdict.tests?.passed ?? (verdict.wrong.length === 0 ? 1 : 0)),
      0,
    ),
    failed: verdicts.reduce((sum, { verdict }) => sum + failures(verdict), 0),
  }
}

/** A gate that breaks down has judged nothing. */
async function judge(gate: Gate): Promise<Verdict> {
  try {
    return await gate.judge()
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { saw: `${gate.name} nothing`, wrong: [`the gate itself failed: ${text}`] }
  }
}

/** Failed tests are counted one by one; whatever else is wrong with a gate counts as one. */
function failures({ wrong, tests }: Verdict): number {
  if (wrong.length === 0) return 0
  return Math.max(1, tests?.failed ?? 1)
}
