/** How many live access tokens the library hands out a second, beside an async function that looks into a Map: a process of its own, one thread. */
import { text } from 'node:stream/consumers'
import { parseOwn } from '../load/own-json.ts'
import { freshFolder } from '../run/places.ts'
import { adoptMany, openQuietKeeper } from './no-host.ts'

export type LibraryJob = { readonly rounds: number; readonly seconds: number; readonly connections: number }
export type LibraryRound = {
  readonly subject: 'keeper' | 'bare-map'
  readonly calls: number
  readonly perSecond: number
  /** Calls for each second that the process had of a core, all its threads together. */
  readonly perCpuSecond: number
}

const { rounds, seconds, connections } = parseOwn<LibraryJob>(await text(process.stdin))
using folder = freshFolder()
const keeper = await openQuietKeeper(folder.path)
await adoptMany(keeper, connections, { loginUrl: 'https://login.example.com', withAccess: true })
const ids = Array.from({ length: connections }, (_, index) => `c${index}`)
const tokens = new Map(await Promise.all(ids.map(async (id) => [id, await keeper.accessToken(id)] as const)))
const bare = async (id: string): Promise<unknown> => tokens.get(id)

const measured: LibraryRound[] = []
await run('keeper', (id) => keeper.accessToken(id), 0.5)
await run('bare-map', bare, 0.5)
for (let round = 0; round < rounds; round += 1) {
  measured.push(await run('keeper', (id) => keeper.accessToken(id), seconds))
  measured.push(await run('bare-map', bare, seconds))
}
await keeper.close()
process.stdout.write(JSON.stringify(measured))

async function run(
  subject: LibraryRound['subject'],
  ask: (id: string) => Promise<unknown>,
  forSeconds: number,
): Promise<LibraryRound> {
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  let calls = 0
  for (; performance.now() - began < forSeconds * 1000;) {
    for (const id of ids) if ((await ask(id)) === undefined) throw new Error('no token')
    calls += ids.length
    await new Promise(setImmediate) // timers and commits get their turn, as in a program that does something else as well
  }
  const { user, system } = process.cpuUsage(cpu)
  return {
    ...{ subject, calls },
    perSecond: calls / ((performance.now() - began) / 1000),
    perCpuSecond: calls / ((user + system) / 1e6),
  }
}
