/** knip: files, exports and dependencies that nothing uses. */
import { command } from '../command.ts'
import { withoutPlanted, type Gate } from './gate.ts'

export const deadCode: Gate = {
  name: 'dead code',
  async judge() {
    const said = await command('knip', ['--reporter', 'json', '--no-progress'])
    const found = read(said.out)
    if (found === undefined) return { saw: 'dead code nothing', wrong: [`knip did not report: ${said.out}${said.err}`] }
    const { rest, missed } = withoutPlanted(found, {
      'a file that nothing imports': (line) => line === 'tools/planted/dead-file.ts: file is used by nothing',
      'an export that nothing imports': (line) =>
        line === 'tools/planted/dead-export.ts: exports nobodyImportsThis is used by nothing',
    })
    const real = rest.filter((line) => !line.startsWith('tools/planted/'))
    return { saw: `dead code ${real.length} findings`, wrong: [...missed, ...real] }
  },
}

function read(text: string): string[] | undefined {
  try {
    const report: unknown = JSON.parse(text)
    return issuesOf(report).flatMap((issue) =>
      Object.entries(issue).flatMap(([kind, found]) => lines(String(issue['file']), kind, found)),
    )
  } catch {
    return undefined
  }
}

function issuesOf(report: unknown): Record<string, unknown>[] {
  if (typeof report !== 'object' || report === null || !('issues' in report) || !Array.isArray(report.issues))
    throw new Error('no issues')
  return report.issues.filter((issue): issue is Record<string, unknown> => typeof issue === 'object' && issue !== null)
}

function lines(file: string, kind: string, found: unknown): string[] {
  if (!Array.isArray(found)) return []
  return found.map((one: unknown) => {
    const name = typeof one === 'object' && one !== null && 'name' in one ? String(one.name) : JSON.stringify(one)
    return kind === 'files' ? `${name}: file is used by nothing` : `${file}: ${kind} ${name} is used by nothing`
  })
}
