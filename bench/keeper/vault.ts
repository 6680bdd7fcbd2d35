/** A keeper that looks after a vault of many connections, in a process of its own: what it costs while nobody asks, and how long it holds up those who do. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KeeperOptions } from '../../src/keeper/keeper-face.ts'
import { openKeeper, usualSettings } from '../../src/keeper/keeper.ts'
import { systemEnvironment } from '../../src/system.ts'
import { days, hours, instant, minutes } from '../../src/values/time.ts'
import { parseOwn } from '../load/own-json.ts'
import { longestBlock, type Block } from './longest-block.ts'
import { quiet, vaultIn } from './no-host.ts'

export type VaultJob = {
  readonly folder: string
  /** Of real rounds, while connections fall due as they do over a day. */
  readonly seconds: number
  /** Exchanges and rounds of which the cost is taken singly. */
  readonly exchanges: number
  readonly rounds: number
}
export type VaultReport = {
  readonly interval: {
    readonly seconds: number
    readonly exchanges: number
    /** User and system time of all threads, as a share of one core. */
    readonly cpu: number
    readonly rssBytes: number
  }
  /** CPU milliseconds of a round in which nothing is due, and of one exchange. */
  readonly round: number
  readonly exchange: number
  /** Rounds in which all that are left are due: they belong to a login host that rests, or are put off, as many as one round puts off. */
  readonly resting: Block & { readonly connections: number }
  readonly putOff: Block & { readonly connections: number }
}

const { folder, seconds, exchanges, rounds } = parseOwn<VaultJob>(await text(process.stdin))
const environment = systemEnvironment(quiet)
const ahead = (ms: number): { readonly clock: () => ReturnType<typeof instant> } => ({
  clock: () => instant(Date.now() + ms),
})
const cpuMs = async (work: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const interval = await overAnInterval()
const round = await ofEmptyRounds()
const exchange = await ofExchanges()
const resting = await whereTheHostRests()
const putOff = await whereAllArePutOff()
process.stdout.write(JSON.stringify({ interval, round, exchange, resting, putOff } satisfies VaultReport))

async function overAnInterval(): Promise<VaultReport['interval']> {
  const looked = { rotated: 0, otherwise: 0 }
  const log = {
    ...quiet,
    info(event: string, fields?: Readonly<Record<string, unknown>>): void {
      if (event === 'keeper.looked-after') looked[fields?.['what'] === 'rotated' ? 'rotated' : 'otherwise'] += 1
    },
  }
  const keeper = await openKeeper({ ...environment, log }, vaultIn(folder))
  await keeper.lookAfter() // what became due while the vault was filled
  looked.rotated = 0
  const spent = await cpuMs(async () => await sleep(seconds * 1000))
  const rssBytes = process.memoryUsage.rss()
  await keeper.close()
  if (looked.rotated === 0 || looked.otherwise > 0) throw new Error(`in the interval ${JSON.stringify(looked)}`)
  return { seconds, exchanges: looked.rotated, cpu: spent / 1000 / seconds, rssBytes }
}

async function ofEmptyRounds(): Promise<number> {
  const keeper = await openKeeper({ ...environment, ...ahead(-hours(12)) }, { ...vaultIn(folder), rounds: 'off' })
  for (let warm = 0; warm < 20; warm += 1) await keeper.lookAfter()
  const spent = await cpuMs(async () => {
    for (let n = 0; n < rounds; n += 1) if ((await keeper.lookAfter()) > 0) throw new Error('something was due')
  })
  await keeper.close()
  return spent / rounds
}

async function ofExchanges(): Promise<number> {
  const keeper = await openKeeper(environment, { ...vaultIn(folder), rounds: 'off' })
  const verify = async (from: number, count: number): Promise<void> => {
    for (let n = from; n < from + count; n += 4)
      await Promise.all([0, 1, 2, 3].map(async (next) => await keeper.verify(`c${n + next}`)))
  }
  await verify(0, 40)
  const spent = await cpuMs(async () => await verify(40, exchanges))
  await keeper.close()
  return spent / exchanges
}

/** All of them would be due in a day; the heartbeat, which comes three days later here, puts them off. */
async function whereAllArePutOff(): Promise<VaultReport['putOff']> {
  const heartbeat = { ...usualSettings.heartbeat, every: days(28) }
  const before = dueInADay()
  const block = await roundInADay({ settings: { heartbeat } })
  const connections = before - dueInADay()
  if (connections === 0) throw new Error('nothing was put off')
  return { ...block, connections }
}

async function whereTheHostRests(): Promise<VaultReport['resting']> {
  const connections = dueInADay()
  withDatabase((database) =>
    database.prepare('UPDATE login_hosts SET failures = 9, rests_until = ?').run(Date.now() + days(1) + minutes(4)),
  )
  return { ...(await roundInADay({})), connections }
}

async function roundInADay(options: Partial<KeeperOptions>): Promise<Block> {
  const keeper = await openKeeper(
    { ...environment, ...ahead(days(1)) },
    { ...vaultIn(folder), rounds: 'off', ...options },
  )
  const block = await longestBlock(async () => {
    await keeper.lookAfter()
  })
  await keeper.close()
  return block
}

function dueInADay(): number {
  return withDatabase((database) => {
    const due = database.prepare('SELECT count(*) AS count FROM connections WHERE next_due_at <= ?')
    return Number(due.get(Date.now() + days(1))?.['count'])
  })
}

function withDatabase<T>(work: (database: DatabaseSync) => T): T {
  using database = new DatabaseSync(join(folder, 'keeper.db'))
  return work(database)
}
