/** The tests beside the files and those of the architecture. */
import { globSync } from 'node:fs'
import { root } from '../command.ts'
import { runTests, type Ran } from '../run-tests.ts'
import type { Outcome } from '../test-outcome.ts'
import { withoutPlanted, type Gate } from './gate.ts'

export const unitTests = (): string[] =>
  globSync(['src/**/*.test.ts', 'test/architecture/**/*.test.ts'], { cwd: root }).toSorted()

const planted = ['tools/planted/failing.test.ts', 'tools/planted/empty.test.ts']

export const unit: Gate = {
  name: 'unit',
  async judge() {
    const ran = await runTests({ files: [...unitTests(), ...planted], isolation: 'one process', timeoutSeconds: 60 })
    const real = ran.outcomes.filter((outcome) => !isPlanted(outcome))
    const passed = real.filter((outcome) => outcome.kind === 'passed').length
    const failed = real.map(failure).filter((text) => text !== undefined)
    const { missed } = withoutPlanted(plantedFailures(ran), {
      'a test that fails': (text) => text.startsWith('planted: fails'),
      'a test that is skipped': (text) => text.startsWith('planted: is skipped'),
      'a test that is put off': (text) => text.startsWith('planted: is put off'),
      'a test file without tests': (text) => text.startsWith('tools/planted/empty.test.ts has no test'),
    })
    const broken = ran.broken.filter((text) => !text.startsWith('tools/planted/'))
    const nothing = passed + failed.length > 0 ? [] : ['saw no tests']
    return {
      saw: `unit ${passed + failed.length} tests`,
      wrong: [...broken, ...nothing, ...missed, ...failed],
      tests: { passed, failed: failed.length },
    }
  },
}

const isPlanted = (outcome: Outcome): boolean => 'file' in outcome && outcome.file.startsWith('tools/planted/')

const plantedFailures = (ran: Ran): string[] => [
  ...ran.outcomes.filter(isPlanted).map((outcome) => failure(outcome) ?? ''),
  ...ran.broken,
]

/** How a failure is printed; undefined where nothing failed. */
export function failure(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'failed':
      return `${outcome.name}\n  ${outcome.why.replaceAll('\n', '\n  ')}`
    case 'did not run':
      return `${outcome.name}\n  ${outcome.file}: ${outcome.why}`
    case 'passed':
    case 'printed':
    case 'end':
      return undefined
  }
}
