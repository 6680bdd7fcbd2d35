/** Claims: what the keeper costs. Live access tokens from the library and over HTTP, and a vault of 100,000 connections of which nobody asks. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fillVault } from './keeper/fill-vault.ts'
import { measureHttp } from './keeper/http.ts'
import type { LibraryJob, LibraryRound } from './keeper/library.ts'
import type { VaultJob, VaultReport } from './keeper/vault.ts'
import type { Target } from './load/job.ts'
import { runChild, startChild } from './run/child.ts'
import { conditions } from './run/conditions.ts'
import { canPin, type Placement } from './run/placement.ts'
import { benchFolder, freshFolder } from './run/places.ts'
import { writeResult } from './run/results.ts'
import { ratios, spread, summarise, type Round, type Spread } from './run/summary.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '100000' },
    interval: { type: 'string', default: '40' },
    placement: { type: 'string', default: canPin() ? 'pinned' : 'unpinned' },
    measures: { type: 'string', default: 'library,http,vault' },
    out: { type: 'string', default: join(benchFolder, 'results', 'keeper.json') },
  },
})
const placement: Placement = values.placement === 'pinned' ? 'pinned' : 'unpinned'
const [rounds, connections] = [Number(values.rounds), Number(values.connections)]
/** Of a vault of 100,000 that are due once a day each. */
const exchangesASecond = connections / 86_400

type Goal = {
  readonly goal: string
  readonly reached: number
  readonly least?: number
  readonly most?: number
  readonly held: boolean
}
const goals: Goal[] = []
const result: Record<string, unknown> = {}
const measures: Readonly<Record<string, () => Promise<void>>> = { library, http, vault }
for (const name of values.measures.split(',')) {
  const measure = measures[name]
  if (measure === undefined) throw new Error(`no measure ${name}. There are: ${Object.keys(measures).join(', ')}`)
  await measure()
}

for (const { goal, reached, least, most, held } of goals)
  process.stdout.write(
    `${held ? 'held' : 'MISSED'}: ${goal}: ${String(Number(reached.toPrecision(4)))}, goal ${least ?? most}\n`,
  )
writeResult(values.out, { claim: 'keeper', conditions: conditions(), placement, ...result, goals })
process.exitCode = goals.length > 0 && goals.every(({ held }) => held) ? 0 : 1

function say(what: string, figures: unknown): void {
  result[what] = figures
  process.stdout.write(`${what} ${JSON.stringify(figures)}\n`)
}

function atLeast(goal: string, reached: number, least: number): void {
  goals.push({ goal, reached, least, held: reached >= least })
}

function below(goal: string, reached: number, most: number): void {
  goals.push({ goal, reached, most, held: reached < most })
}

async function library(): Promise<void> {
  const job: LibraryJob = { rounds, seconds: 2, connections: 1000 }
  const script = join(benchFolder, 'keeper', 'library.ts')
  const all = await runChild<readonly LibraryRound[]>({ script, placement, role: 'server' }, job)
  const of = (subject: LibraryRound['subject'], figure: 'perSecond' | 'perCpuSecond'): readonly number[] =>
    all.filter((each) => each.subject === subject).map((each) => each[figure])
  const figures = (subject: LibraryRound['subject']): Record<'perSecond' | 'perCpuSecond', Spread> => ({
    perSecond: spread(of(subject, 'perSecond')),
    perCpuSecond: spread(of(subject, 'perCpuSecond')),
  })
  const bare = of('bare-map', 'perCpuSecond')
  const ratio = spread(of('keeper', 'perCpuSecond').map((each, round) => each / (bare[round] ?? Number.NaN)))
  say('library', { ...job, 'keeper': figures('keeper'), 'bare-map': figures('bare-map'), ratio })
  atLeast(
    'live access tokens from the library for each second of a core',
    spread(of('keeper', 'perCpuSecond')).median,
    100_000,
  )
}

async function http(): Promise<void> {
  const terms = { sockets: 32, warmup: 15_000, bursts: rounds * 2, replies: 4_000 }
  const all = await measureHttp({ ...terms, placement })
  const errors = all.reduce((sum, { figures }) => sum + figures.errors, 0)
  const ratioByClock = ratios(all, 'keeper')['fastify-route']
  const ratioByCpu = perCpuSecond(all, 'keeper') / perCpuSecond(all, 'fastify-route')
  say('http', { ...terms, summary: summarise(all), ratioByClock, ratioByCpu, errors })
  // by CPU, because a machine that others use gives the two a different share of the clock
  atLeast('over HTTP, replies for each CPU second of the server, of a bare Fastify route', ratioByCpu, 0.5)
  below('errors over HTTP', errors, 1)
}

/** Over all bursts: the CPU time of one is counted in steps of 10 ms. */
function perCpuSecond(all: readonly Round[], subject: string): number {
  const own = all.filter((each) => each.subject === subject).map(({ figures }) => figures)
  const cpu = own.reduce((sum, { serverCpu, seconds }) => sum + (serverCpu ?? Number.NaN) * seconds, 0)
  return own.reduce((sum, { replies }) => sum + replies, 0) / cpu
}

async function vault(): Promise<void> {
  using folder = freshFolder()
  const host = await startChild<Target>({
    ...{ script: join(benchFolder, 'subjects', 'bare-http.ts'), args: ['--bytes', '900'], placement, role: 'load' },
  })
  try {
    await fillVault(folder.path, { connections, real: Math.min(1000, connections), loginUrl: host.said.url })
    const job: VaultJob = { folder: folder.path, seconds: Number(values.interval), exchanges: 400, rounds: 300 }
    const script = join(benchFolder, 'keeper', 'vault.ts')
    const report = await runChild<VaultReport>({ script, placement, role: 'server' }, job)
    const extrapolated = report.round / 10_000 + (report.exchange / 1000) * exchangesASecond
    say('vault', { connections, exchangesASecond, ...report, extrapolated })
    below('CPU of one core over an interval of real rounds with exchanges as they fall due', report.interval.cpu, 0.02)
    below('the same from the cost of a round each 10 s and of an exchange', extrapolated, 0.02)
    below('resident bytes of the keeper', report.interval.rssBytes, 400e6)
    below('longest block by a round of which nothing can be exchanged, CPU ms', report.resting.cpuMs, 50)
    below('longest block by a round that puts off all that it reads, CPU ms', report.putOff.cpuMs, 50)
  } finally {
    await host.stop()
  }
}
