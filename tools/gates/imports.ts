/** The table of test/architecture, over the real tree and over its planted violations. */
import { existsSync } from 'node:fs'
import { inspectHouse, printFinding } from '../../test/architecture/house.ts'
import { planted, plantedIsCaught } from '../../test/architecture/planted.ts'
import { readSources } from '../../test/architecture/sources.ts'
import { root } from '../command.ts'
import { sawNothing, type Gate } from './gate.ts'

export const imports: Gate = {
  name: 'imports',
  // oxlint-disable-next-line typescript/require-await -- a gate is asynchronous; this one happens to have nothing to wait for
  async judge() {
    const house = inspectHouse(readSources(root), (path) => existsSync(root + path))
    const all = Object.entries(planted)
    const missed = all
      .filter(([, each]) => !plantedIsCaught(each))
      .map(([name]) => `the planted violation was not caught: ${name}`)
    const caught = all.length - missed.length
    return {
      saw: `imports ${house.files} files, ${house.edges} edges, ${policies(house.policies)}, ${caught} of ${all.length} planted violations caught`,
      wrong: [
        ...sawNothing(house.files, 'files'),
        ...sawNothing(house.edges, 'imports'),
        ...sawNothing(house.brands, 'brands'),
        ...sawNothing(all.length, 'planted violations'),
        ...missed,
        ...house.findings.map(printFinding),
      ],
    }
  },
}

const policies = (count: number): string => (count === 0 ? 'no policies yet' : `${count} policies`)
