/** oxlint with type-aware rules; the rules themselves are in .oxlintrc.json. */
import { command } from '../command.ts'
import { sawNothing, withoutPlanted, type Gate } from './gate.ts'

type Diagnostic = {
  readonly code?: string
  readonly message: string
  readonly help?: string
  readonly filename: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}
type Report = { readonly number_of_files: number; readonly diagnostics: readonly Diagnostic[] }

const mustCatch = [
  'typescript(no-floating-promises)',
  'typescript(switch-exhaustiveness-check)',
  'typescript(no-explicit-any)',
  'typescript(no-unsafe-return)',
  'typescript(no-unsafe-type-assertion)',
  'typescript(no-non-null-assertion)',
  'eslint(max-params)',
]

export const lint: Gate = {
  name: 'lint',
  async judge() {
    const said = await command('oxlint', ['--type-aware', '--format', 'json', 'src', 'test', 'tools'])
    const report = read(said.out)
    if (report === undefined) return { saw: 'lint nothing', wrong: [`oxlint did not report: ${said.out}${said.err}`] }
    const planted = report.diagnostics.filter(isPlanted)
    const { missed } = withoutPlanted(
      planted,
      Object.fromEntries(mustCatch.map((code) => [code, (one: Diagnostic) => one.code === code])),
    )
    const rest = report.diagnostics.filter((one) => !isPlanted(one)).map(print)
    const files = report.number_of_files - new Set(planted.map((one) => one.filename)).size
    return {
      saw: `lint ${files} files, ${rest.length} findings`,
      wrong: [...sawNothing(files, 'files'), ...missed, ...rest],
    }
  },
}

const isPlanted = (one: Diagnostic): boolean => one.filename.startsWith('tools/planted/')

const print = (one: Diagnostic): string =>
  `${one.filename}:${one.labels[0]?.span.line ?? 1} ${one.code ?? ''} ${one.message}${one.help ? ` (${one.help})` : ''}`

function read(text: string): Report | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the format is oxlint's own, and the planted findings prove that it was read
    return JSON.parse(text) as Report
  } catch {
    return undefined
  }
}
