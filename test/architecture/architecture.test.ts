import { deepEqual, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspectHouse, printFinding } from './house.ts'
import { judgePlanted, planted, plantedIsCaught } from './planted.ts'
import { readSources } from './sources.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('the house', () => {
  const verdict = inspectHouse(readSources(root), (path) => existsSync(`${root}/${path}`))

  test('has files, imports and brands to look at', () => {
    ok(verdict.files > 0)
    ok(verdict.edges > 0)
    ok(verdict.brands > 0)
  })

  test('keeps to its table', () => deepEqual(verdict.findings.map(printFinding), []))
})

describe('a planted violation is caught', () => {
  for (const [sentence, each] of Object.entries(planted))
    test(sentence, () =>
      ok(plantedIsCaught(each), `expected only "${each.caught}", found ${JSON.stringify(judgePlanted(each))}`),
    )
})

describe('what the table allows is left in peace', () => {
  const allowed = {
    'a rule that imports values and its neighbour': {
      'src/org/rules/a.ts': `import { b } from './b.ts'\nimport { c } from '../../values/c.ts'\nexport const a = b + c`,
      'src/org/rules/b.ts': 'export const b = 1',
      'src/values/c.ts': 'export const c = 1',
    },
    'configuration that imports the configuration of a system': {
      'src/config/a.ts': `import '../org/configuration.ts'\nexport const a = process.env.HOME`,
      'src/org/configuration.ts': `import './rules/b.ts'\nimport '../documents/c.ts'`,
      'src/org/rules/b.ts': '',
      'src/documents/c.ts': `import 'yaml'`,
    },
    'the composition, which reads the clock and chance': {
      'src/system.ts': `import './org/a.ts'\nimport { randomBytes } from 'node:crypto'\nexport const now = () => Date.now() + randomBytes(1).length`,
      'src/org/a.ts': '',
    },
    'a date made from an instant': { 'src/org/a.ts': 'export const a = (at: number) => new Date(at)' },
    'a field that is called process, and an exit code': {
      'src/cli/a.ts':
        'export const a = { process: 1 }\nexport const b = (x: { process: number }) => x.process\nprocess.exitCode = 1',
    },
    'a test of a rule that uses node:assert and fast-check': {
      'src/org/rules/a.test.ts': `import 'node:assert/strict'\nimport 'fast-check'\nimport { test } from 'node:test'\ntest('x', async () => {})`,
    },
    'a test beside an endpoint that takes a suite from test/': {
      'src/org/a.test.ts': `import '../../test/faults/b.ts'`,
      'test/faults/b.ts': '',
    },
    'a brand made in values': {
      'src/values/a.ts': `export type A = string & { readonly __brand: 'A' }\nexport const a = (text: string): A => text as A`,
    },
  } as const
  for (const [sentence, files] of Object.entries(allowed))
    test(sentence, () => deepEqual(judgePlanted({ files, caught: '' }), []))
})
