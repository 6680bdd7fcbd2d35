/** Claim: 1,000,000 rotations of one grant leave the grants table the size it was. `--rotations N` for a shorter form. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Job, LoadReport } from './load/job.ts'
import { grantsSize } from './org/database.ts'
import { openOrg, reopenOrg, type OpenOrg } from './org/open.ts'
import { runChild } from './run/child.ts'
import { conditions } from './run/conditions.ts'
import { benchFolder, freshFolder } from './run/places.ts'
import { installIfMissing } from './run/ready.ts'
import { writeResult } from './run/results.ts'

const { values } = parseArgs({
  options: {
    rotations: { type: 'string', default: '1000000' },
    out: { type: 'string', default: join(benchFolder, 'results', 'million.json') },
  },
})
const rotations = Number(values.rotations)
const firstRotations = 100 // counters and addresses have their usual width after these
const countersGrow = 32 // bytes: a counter of seven digits is stored in a few bytes more than one of three

installIfMissing()
using folder = freshFolder()

const { refreshTokens } = await rotate(await openOrg(folder.path, 1), firstRotations)
const before = grantsSize(folder.path)
const { refreshTokens: _, ...figures } = await rotate(await reopenOrg(folder.path, refreshTokens), rotations)
const after = grantsSize(folder.path)

const held =
  figures.errors === 0 &&
  figures.replies === rotations &&
  after.rows === before.rows &&
  after.pages === before.pages &&
  after.payloadBytes <= before.payloadBytes + countersGrow
process.stdout.write(
  `${figures.replies} rotations of one grant over HTTP, one at a time, ${figures.perSecond.toFixed(0)} a second, ${figures.errors} errors, ${figures.postponed} postponed by the server\n` +
    `grants table before ${JSON.stringify(before)}\ngrants table after  ${JSON.stringify(after)}\n${held ? 'held' : 'MISSED'}\n`,
)
writeResult(values.out, { claim: 'million', conditions: conditions(), rotations, before, after, figures, held })
process.exitCode = held ? 0 : 1

/** One connection, since a chain has one current token. The org has stopped when this returns. */
async function rotate({ target, stop }: OpenOrg, replies: number): Promise<LoadReport> {
  const job: Job = { target, connections: 1, warmupSeconds: 0, seconds: null, replies }
  const script = join(benchFolder, 'load', 'main.ts')
  try {
    return await runChild<LoadReport>({ script, placement: 'unpinned', role: 'load' }, job)
  } finally {
    await stop()
  }
}
