/** Violations that the house must catch, one of each kind. A judge that lets one pass judges nothing. */
import { inspectHouse } from './house.ts'
import type { Source } from './sources.ts'

export type Planted = {
  readonly files: Readonly<Record<string, string>>
  /** Part of what the one finding says. */
  readonly caught: string
}

const brand = `export type GrantId = string & { readonly __brand: 'GrantId' }\n`
const policy = (fact: string): string => `export const idle = { id: 'idle'${fact} }\n`

export const planted: Readonly<Record<string, Planted>> = {
  'a rule that imports an endpoint': {
    files: {
      'src/org/rules/a.ts': `import { b } from '../endpoints/b.ts'`,
      'src/org/endpoints/b.ts': 'export const b = 1',
    },
    caught: 'org/rules may not import org (value',
  },
  'a rule that imports a type from its store': {
    files: {
      'src/org/rules/a.ts': `import type { B } from '../store/b.ts'`,
      'src/org/store/b.ts': 'export type B = 1',
    },
    caught: 'org/rules may not import org (type-only',
  },
  'a rule that imports node:fs': {
    files: { 'src/org/rules/a.ts': `import 'node:fs'` },
    caught: 'pure and imports node:fs',
  },
  'a rule that imports node:crypto for a type': {
    files: { 'src/keeper/rules/a.ts': `import type { KeyObject } from 'node:crypto'\nexport type A = KeyObject` },
    caught: 'pure and imports node:crypto',
  },
  'a rule that imports a package': {
    files: { 'src/org/rules/a.ts': `import { parse } from 'yaml'` },
    caught: 'may not import the package yaml',
  },
  'a system that imports node:http for more than its types': {
    files: {
      'src/org/a.ts': `import { createServer, type Server } from 'node:http'\nexport const a: Server = createServer()`,
    },
    caught: 'imports node:http, which loads undici',
  },
  'a rule of one system that imports a rule of another': {
    files: { 'src/org/rules/a.ts': `import '../../keeper/rules/b.ts'`, 'src/keeper/rules/b.ts': '' },
    caught: 'org/rules may not import keeper/rules',
  },
  'address arithmetic that imports a system': {
    files: { 'src/ip/a.ts': `import '../org/rules/b.ts'`, 'src/org/rules/b.ts': '' },
    caught: 'ip may not import org/rules',
  },
  'values that import storage': {
    files: { 'src/values/a.ts': `import '../storage/b.ts'`, 'src/storage/b.ts': '' },
    caught: 'values may not import storage',
  },
  'one system that imports another': {
    files: { 'src/keeper/a.ts': `import { b } from '../org/b.ts'`, 'src/org/b.ts': 'export const b = 1' },
    caught: 'keeper may not import org (value',
  },
  'one system that names a type of another inline': {
    files: { 'src/keeper/a.ts': `export type A = import('../org/b.ts').B`, 'src/org/b.ts': 'export type B = 1' },
    caught: 'keeper may not import org (type-only',
  },
  'one system that passes another on': {
    files: { 'src/console/a.ts': `export * from '../org/b.ts'`, 'src/org/b.ts': 'export const b = 1' },
    caught: 'console may not import org (re-export',
  },
  'one system that imports another when asked': {
    files: { 'src/audit/a.ts': `export const a = () => import('../org/b.ts')`, 'src/org/b.ts': 'export const b = 1' },
    caught: 'audit may not import org (dynamic',
  },
  'one system that starts a file of another by its URL': {
    files: {
      'src/gateway/a.ts': `export const a = new URL('../org/b.ts', import.meta.url)`,
      'src/org/b.ts': 'export const b = 1',
    },
    caught: 'gateway may not import org (asset URL',
  },
  'a dynamic import of a computed name': {
    files: { 'src/org/a.ts': 'export const a = (name: string) => import(name)' },
    caught: 'imports a computed name',
  },
  'storage that imports a system': {
    files: { 'src/storage/a.ts': `import '../org/store/b.ts'`, 'src/org/store/b.ts': '' },
    caught: 'storage may not import org',
  },
  'configuration that imports more of a system than its configuration.ts': {
    files: { 'src/config/a.ts': `import '../org/store/b.ts'`, 'src/org/store/b.ts': '' },
    caught: 'config may not import org',
  },
  'a rule that imports the configuration': {
    files: {
      'src/org/rules/a.ts': `import type { B } from '../configuration.ts'`,
      'src/org/configuration.ts': 'export type B = 1',
    },
    caught: 'org/rules may not import org/configuration (type-only',
  },
  'the configuration of a system that imports its store': {
    files: { 'src/org/configuration.ts': `import './store/b.ts'`, 'src/org/store/b.ts': '' },
    caught: 'org/configuration may not import org',
  },
  'a system that imports the composition': {
    files: { 'src/org/a.ts': `import '../system.ts'`, 'src/system.ts': '' },
    caught: 'org may not import system',
  },
  'the composition that imports the command line': {
    files: { 'src/system.ts': `import './cli/main.ts'`, 'src/cli/main.ts': '' },
    caught: 'system may not import cli',
  },
  'code that imports a test': {
    files: { 'src/cli/a.ts': `import '../../test/faults/b.ts'`, 'test/faults/b.ts': '' },
    caught: 'cli may not import test',
  },
  'a folder that is in no zone': { files: { 'src/misc/a.ts': '' }, caught: 'lies in no zone' },
  'an import of a file that is not there': {
    files: { 'src/org/a.ts': `import './gone.ts'` },
    caught: 'does not exist',
  },
  'two files that import each other, one of them only a type': {
    files: {
      'src/org/a.ts': `import { b } from './b.ts'\nexport type A = 1\nexport const a = b`,
      'src/org/b.ts': `import type { A } from './a.ts'\nexport const b: A = 1`,
    },
    caught: 'closes a cycle: src/org/a.ts -> src/org/b.ts -> src/org/a.ts',
  },
  'a file that cannot be parsed': { files: { 'src/org/a.ts': 'export const = 1' }, caught: 'cannot be parsed' },
  'a clock in an endpoint': { files: { 'src/org/a.ts': 'export const a = Date.now()' }, caught: 'reads Date.now' },
  'today without an argument': { files: { 'src/org/a.ts': 'export const a = new Date()' }, caught: 'reads new Date()' },
  'a stopwatch': {
    files: { 'src/gateway/a.ts': 'export const a = performance.now()' },
    caught: 'reads performance.now',
  },
  'chance': { files: { 'src/keeper/a.ts': 'export const a = Math.random()' }, caught: 'reads Math.random' },
  'imported chance': {
    files: { 'src/org/a.ts': `import { randomBytes as fresh } from 'node:crypto'\nexport const a = fresh(1)` },
    caught: 'reads node:crypto randomBytes',
  },
  'the environment, read in a system': {
    files: { 'src/org/a.ts': 'export const a = process.env.HOME' },
    caught: 'reads the environment',
  },
  'the environment by import': {
    files: { 'src/cli/a.ts': `import { env } from 'node:process'\nexport const a = env` },
    caught: 'reads the environment',
  },
  'the environment by destructuring': {
    files: { 'src/org/a.ts': 'export const { env } = process' },
    caught: 'reads the environment',
  },
  'the environment by the global object': {
    files: { 'src/org/a.ts': 'export const a = globalThis.process.env' },
    caught: 'reads the environment',
  },
  'a rule that waits': {
    files: { 'src/org/rules/a.ts': 'export const a = async () => 1' },
    caught: 'has an async function',
  },
  'a rule that fetches': { files: { 'src/org/rules/a.ts': `export const a = () => fetch('x')` }, caught: 'has fetch' },
  'a rule that logs': {
    files: { 'src/org/rules/a.ts': `export const a = () => console.log('x')` },
    caught: 'has console',
  },
  'a cast to a brand in an endpoint': {
    files: {
      'src/values/id.ts': brand,
      'src/org/a.ts': `import type { GrantId } from '../values/id.ts'\nexport const a = 'x' as GrantId`,
    },
    caught: 'casts to the brand GrantId',
  },
  'a policy that is not in the list': {
    files: { 'src/org/rules/policies/idle.ts': policy(`, fact: 'SF-206'`), 'src/org/rules/policies/list.ts': '' },
    caught: 'is a policy that src/org/rules/policies/list.ts does not import',
  },
  'a policy that cites no fact': {
    files: {
      'src/org/rules/policies/idle.ts': policy(''),
      'src/org/rules/policies/list.ts': `import { idle } from './idle.ts'`,
    },
    caught: 'is a policy without a fact',
  },
  'a test that is skipped': {
    files: { 'src/org/a.test.ts': `import { test } from 'node:test'\ntest.skip('x', () => {})` },
    caught: 'has a test with "skip"',
  },
  'a test that runs alone': {
    files: { 'src/org/a.test.ts': `import { test } from 'node:test'\ntest('x', { only: true }, () => {})` },
    caught: 'has a test with "only"',
  },
}

/** What a judge says about a planted violation, given nothing else. */
export function judgePlanted({ files }: Planted): readonly string[] {
  const sources: Source[] = Object.entries(files).map(([path, text]) => ({ path, text }))
  return inspectHouse(sources, () => false).findings.map((finding) => finding.says)
}

export const plantedIsCaught = (each: Planted): boolean => {
  const says = judgePlanted(each)
  return says.length > 0 && says.every((one) => one.includes(each.caught))
}
