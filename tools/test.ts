/** `npm test`: the gates of `npm run check`, then every test that runs a system, then the package. The last line is `N passed, N failed`.
 *  `--unit` runs the tests beside the files alone; `--long` the forms that take minutes (`*.long.ts`). */
import { globSync } from 'node:fs'
import { root } from './command.ts'
import { check, gates, type Checked } from './gates/all.ts'
import { packed } from './gates/package.ts'
import { failure, unit, unitTests } from './gates/unit.ts'
import { runTests, type Plan } from './run-tests.ts'

type Total = { passed: number; failed: number }
const total: Total = { passed: 0, failed: 0 }

/** Everything under test/ that is not a part of `npm run check`; a new folder there is seen without being named here. */
const systemTests = (): string[] => {
  const beside = new Set(unitTests())
  return globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => !beside.has(file))
    .toSorted()
}

function add({ summary, wrong, passed, failed }: Checked): void {
  if (wrong.length > 0) console.log(wrong.join('\n'))
  total.passed += passed
  total.failed += failed
  console.log(`${summary}\n… ${total.passed} passed, ${total.failed} failed`)
}

async function run(plan: Omit<Plan, 'onOutcome'>): Promise<void> {
  const started = performance.now()
  let file = ''
  const ran = await runTests({
    ...plan,
    onOutcome(outcome) {
      const why = failure(outcome)
      if (outcome.kind === 'passed') total.passed += 1
      if (why !== undefined) {
        total.failed += 1
        console.log(`not passed: ${why}`)
      }
      if (!('file' in outcome) || outcome.kind === 'printed' || outcome.file === file) return
      file = outcome.file
      console.log(`… ${total.passed} passed, ${total.failed} failed, ${seconds(started)} (${file})`)
    },
  })
  const failedFiles = new Set(ran.outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.file] : [])))
  for (const each of failedFiles) {
    const printed = ran.outcomes
      .flatMap((outcome) => (outcome.kind === 'printed' && outcome.file === each ? [outcome.text] : []))
      .join('')
    if (printed !== '') console.log(`${each} printed:\n${printed.slice(-8_000)}`)
  }
  for (const text of ran.broken) console.log(text)
  total.failed += ran.broken.length
}

const seconds = (started: number): string => `${((performance.now() - started) / 1000).toFixed(0)} s`

if (process.argv.includes('--unit')) {
  add(await check([unit]))
} else if (process.argv.includes('--long')) {
  const files = globSync('test/**/*.long.ts', { cwd: root }).toSorted()
  await run({ files, isolation: 'a process a file', timeoutSeconds: 4 * 3600 })
} else {
  add(await check(gates))
  await run({ files: systemTests(), isolation: 'a process a file', timeoutSeconds: 300 })
  add(await check([packed]))
}
if (total.passed === 0) console.log('No test passed, so nothing is proven.')
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
console.log(`\n${total.passed} passed, ${total.failed} failed`)
