/** Claims: `up` answers within 1.5 s of its start; with 100,000 grants idle it stays under 150 MB. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { processMemory } from './load/process-cpu.ts'
import { fillGrants, grantsSize } from './org/database.ts'
import { startSallyport } from './org/server.ts'
import { conditions } from './run/conditions.ts'
import { benchFolder, freshFolder } from './run/places.ts'
import { installIfMissing } from './run/ready.ts'
import { writeResult } from './run/results.ts'
import { spread } from './run/summary.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    grants: { type: 'string', default: '100000' },
    idle: { type: 'string', default: '10' },
    out: { type: 'string', default: join(benchFolder, 'results', 'startup.json') },
  },
})
const limits = { readyMs: 1500, memoryBytes: 150e6 }

installIfMissing()
const firstStart: number[] = []
const laterStart: number[] = []
for (let round = 1; round <= Number(values.rounds); round += 1) {
  using folder = freshFolder()
  firstStart.push(await startAndStop(folder.path))
  laterStart.push(await startAndStop(folder.path))
}
const memory = await memoryWithGrants(Number(values.grants))

const ready = { onAnEmptyFolder: spread(firstStart), onItsOwnFolder: spread(laterStart) }
const goals = [
  { goal: 'up answers within 1.5 s', reached: Math.max(...firstStart, ...laterStart), most: limits.readyMs },
  { goal: `under 150 MB with ${values.grants} grants idle`, reached: memory.rss, most: limits.memoryBytes },
].map((each) => ({ ...each, held: each.reached < each.most }))
process.stdout.write(`ready after ms ${JSON.stringify(ready)}\nresident bytes ${JSON.stringify(memory)}\n`)
for (const { goal, reached, held } of goals)
  process.stdout.write(`${held ? 'held' : 'MISSED'}: ${goal} (${reached.toFixed(0)})\n`)
writeResult(values.out, { claim: 'startup', conditions: conditions(), ready, memory, goals })
process.exitCode = goals.every((goal) => goal.held) ? 0 : 1

async function startAndStop(folder: string): Promise<number> {
  const { readyAfterMs, stop } = await startSallyport('up', folder)
  await stop()
  return readyAfterMs
}

/** The demonstration's grant is made once `up` listens; its refresh token is written when it is there. */
async function makeFirstGrant(folder: string): Promise<void> {
  const { stop } = await startSallyport('up', folder)
  const signal = AbortSignal.timeout(20_000)
  while (!existsSync(join(folder, 'demonstration', 'refresh-token'))) await sleep(50, undefined, { signal })
  await stop()
}

type Memory = { readonly grants: number; readonly rss: number; readonly peak: number }

/** Resident bytes after `--idle` seconds (and the peak, which is the hash of the demonstration's login at the start, for the record) with so many grants in the store: copies of the one that `up` makes for its demonstration. */
async function memoryWithGrants(total: number): Promise<Memory> {
  using folder = freshFolder()
  await makeFirstGrant(folder.path)
  fillGrants(folder.path, total)
  const { rows } = grantsSize(folder.path)
  const { pid, stop } = await startSallyport('up', folder.path)
  try {
    await sleep(Number(values.idle) * 1000)
    const measured = processMemory(pid)
    if (measured === null)
      throw new Error('the memory of a process is read from /proc, which this system does not have')
    return { grants: rows, ...measured }
  } finally {
    await stop()
  }
}
