/** Runs test files with node:test and counts what ran. A skipped test, a test put off and a file without tests are failures. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { environment, root } from './command.ts'
import type { Outcome } from './test-outcome.ts'

export type Plan = {
  /** From the root of the repository. */
  readonly files: readonly string[]
  /** `one process` is for rules, which share nothing; everything with a socket or a file gets a process of its own. */
  readonly isolation: 'one process' | 'a process a file'
  /** A single test, or a file as a whole, that takes longer has hung. */
  readonly timeoutSeconds: number
  readonly onOutcome?: (outcome: Outcome) => void
}

export type Ran = { readonly outcomes: readonly Outcome[]; readonly broken: readonly string[] }

export async function runTests(plan: Plan): Promise<Ran> {
  if (plan.files.length === 0)
    return { outcomes: [], broken: ['no test files: a run that sees nothing proves nothing'] }
  const outcomes: Outcome[] = []
  const { code, printed } = await start(plan, (outcome) => {
    outcomes.push(outcome)
    plan.onOutcome?.(outcome)
  })
  const ended = outcomes.some((outcome) => outcome.kind === 'end')
  const broken =
    ended && (code === 0 || code === 1) ? [] : [`the test run broke off with ${code ?? 'a signal'}:\n${printed}`]
  return { outcomes, broken: [...broken, ...silentFiles(plan, outcomes)] }
}

/** One more than there are cores: some tests wait for what has to take its time. */
const argumentsOf = ({ files, isolation, timeoutSeconds }: Plan): string[] => {
  const options = [
    '--test-reporter=./tools/test-reporter.ts',
    '--test-reporter-destination=stdout',
    `--test-timeout=${timeoutSeconds * 1000}`,
  ]
  return isolation === 'one process'
    ? [...options, 'tools/tests-in-one-process.ts', ...files]
    : ['--test', ...options, `--test-concurrency=${availableParallelism() + 1}`, ...files]
}

/** Several hundred processes read the same sources: what one has stripped of its types and compiled, the others find done. */
const compiled = `${root}node_modules/.cache/sallyport/compile`

function start(plan: Plan, onOutcome: (outcome: Outcome) => void): Promise<{ code: number | null; printed: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argumentsOf(plan), {
      cwd: root,
      env: { ...environment(), NODE_COMPILE_CACHE: compiled },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let printed = ''
    const keep = (chunk: Buffer): void => {
      printed = (printed + chunk.toString()).slice(-20_000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only test-reporter.ts writes to this channel
    child.on('message', (message) => onOutcome(message as Outcome))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, printed }))
  })
}

/** In one process nobody notices a file that registers nothing. A file may take its tests from a suite that another file exports. */
function silentFiles({ files, isolation }: Plan, outcomes: readonly Outcome[]): string[] {
  if (isolation === 'a process a file') return []
  const heard = new Set(outcomes.map((outcome) => ('file' in outcome ? outcome.file : '')))
  return files
    .filter((file) => !heard.has(file) && !takesItsTestsFromElsewhere(readFileSync(root + file, 'utf8')))
    .map((file) => `${file} has no test that ran`)
}

const takesItsTestsFromElsewhere = (text: string): boolean =>
  !/from 'node:test'/.test(text) && /^import .*(?:[cC]onformance|[sS]uite)/m.test(text)
