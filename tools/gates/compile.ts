/** Types, by the compiler. TypeScript 7 on a wrong path finds nothing and exits 0, hence the count and the planted error. */
import { command } from '../command.ts'
import { sawNothing, withoutPlanted, type Gate } from './gate.ts'

/** What has not changed is not checked again; findings of earlier runs are kept and printed again. */
const remembering = ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/sallyport/types.tsbuildinfo']

export const compile: Gate = {
  name: 'types',
  async judge() {
    const said = await command('tsc', ['-p', 'tools/planted', '--pretty', 'false', '--listFiles', ...remembering])
    const lines = said.out.split('\n')
    const files = lines.filter(
      (line) => /\/(?:src|test|tools)\/[^\n]*\.tsx?$/.test(line) && !/\/node_modules\/|\/tools\/planted\//.test(line),
    )
    const errors = lines.filter((line) => line !== '' && !line.startsWith('/'))
    const { rest, missed } = withoutPlanted(errors, {
      'a text where a number belongs': (line) => /^tools\/planted\/type-error\.ts.*TS2322/.test(line),
    })
    const crashed = said.err === '' ? [] : [said.err]
    return {
      saw: `types ${files.length} files`,
      wrong: [...crashed, ...sawNothing(files.length, 'files'), ...missed, ...rest],
    }
  },
}
