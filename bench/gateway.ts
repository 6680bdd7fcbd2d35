/** Claims: CONNECT set-ups, those from a fixed pair of addresses, tunnel throughput, forwarded GETs and the memory of an idle tunnel, beside proxy-chain, Squid and tinyproxy. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { proxies } from './proxies/all.ts'
import { compare, goals, ours, type Results } from './proxies/goals.ts'
import { direct, measureIdle, measureLoad, type Load, type Where } from './proxies/measure.ts'
import { loadTable, memoryTable } from './proxies/report.ts'
import type { Origin } from './proxy-load/job.ts'
import { startChild } from './run/child.ts'
import { conditions } from './run/conditions.ts'
import { canPin } from './run/placement.ts'
import { benchFolder } from './run/places.ts'
import { installIfMissing } from './run/ready.ts'
import { writeResult } from './run/results.ts'
import { disturbed, isDisturbed, type Round } from './run/summary.ts'

const { values } = parseArgs({
  options: {
    subjects: { type: 'string', default: Object.keys(proxies).join(',') },
    measures: { type: 'string', default: 'set-ups,steady,gets,flood,latency,idle' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    warmup: { type: 'string', default: '3' },
    tunnels: { type: 'string', default: '1000,9000' },
    idle: { type: 'string', default: '10' },
    placement: { type: 'string', default: canPin() ? 'pinned' : 'unpinned' },
    again: { type: 'string', default: '3' },
    out: { type: 'string', default: join(benchFolder, 'results', 'gateway.json') },
  },
})
const connections = { 'set-ups': 32, 'steady': 32, 'gets': 32, 'flood': 4, 'latency': 1 } as const
type Measure = keyof typeof connections

const lengths: Readonly<Partial<Record<Measure, { readonly warmup: number; readonly seconds: number }>>> = {
  // what is set up is still being compiled after 3 s: a fifth slower than after 12
  'set-ups': { warmup: 4, seconds: 1 },
  // every port that a subject uses from its pair is held for a minute after it: as long as that goes on, its cost is not known
  'steady': { warmup: 15, seconds: 4 },
}

installIfMissing()
const asked = values.subjects.split(',')
const missing = asked.flatMap((name) => {
  const why = proxies[name]?.missing()
  return why === undefined ? [] : [{ subject: name, why }]
})
const subjects = asked.filter((name) => missing.every(({ subject }) => subject !== name))
if (values.placement !== 'pinned' && values.placement !== 'unpinned')
  throw new Error(`--placement is pinned or unpinned, not ${values.placement}`)
const { placement } = values
const at = conditions()
const versions = { ...at.versions, ...Object.fromEntries(subjects.map((name) => [name, proxies[name]?.version()])) }

const origin = await startChild<Origin>({
  script: join(benchFolder, 'subjects', 'origin.ts'),
  ...{ placement, role: 'load' },
})
const results = await measureAll({ origin: origin.said, placement })
await origin.stop()
const errors = report(results)
writeResult(values.out, {
  claim: 'gateway',
  conditions: { ...at, versions },
  placement,
  subjects: Object.fromEntries(subjects.map((name) => [name, proxies[name]?.what])),
  missing,
  ...results,
  goals: goals(results),
})
process.exitCode = errors === 0 && subjects.length > 0 && goals(results).every(({ held }) => held) ? 0 : 1

async function measureAll(where: Where): Promise<Results> {
  const loads: Record<string, Round[]> = {}
  const idle: Results['idle'][number][] = []
  for (let round = 1; round <= Number(values.rounds); round += 1)
    for (const measure of values.measures.split(','))
      if (measure === 'idle') idle.push(...(await idleOfAll(round, where)))
      else (loads[measure] ??= []).push(...(await loadOfAll(measureNamed(measure), round, where)))
  return { loads, idle }
}

function measureNamed(name: string): Measure {
  if (name in connections) return name as Measure // oxlint-disable-line typescript/no-unsafe-type-assertion -- it is one of its keys
  throw new Error(`no measure ${name}. There are: ${Object.keys(connections).join(', ')}, idle`)
}

async function loadOfAll(measure: Measure, round: number, where: Where): Promise<readonly Round[]> {
  const withDirect = measure === 'gets' || measure === 'latency'
  const rounds: Round[] = []
  const longer = lengths[measure] ?? { warmup: 1, seconds: 1 }
  for (const subject of withDirect ? [...subjects, direct] : subjects) {
    if (measure === 'steady' && subject === 'tinyproxy') continue // it binds one address, no pair
    process.stderr.write(`round ${round}, ${measure}: ${subject}\n`)
    const load = {
      ...{ measure, connections: connections[measure] },
      warmupSeconds: Number(values.warmup) * longer.warmup,
      seconds: Number(values.seconds) * longer.seconds,
    }
    rounds.push({ round, subject, ...(await measureQuietly(subject, load, where)) })
  }
  return rounds
}

/** Again where other programs used the machine, whatever came out; `takenAgain` says how often. */
async function measureQuietly(
  subject: string,
  load: Load,
  where: Where,
): Promise<Pick<Round, 'figures' | 'takenAgain'>> {
  for (let takenAgain = 0; ; takenAgain += 1) {
    const figures = await measureLoad(subject, load, where)
    if (!isDisturbed(figures) || takenAgain >= Number(values.again)) return { figures, takenAgain }
    process.stderr.write(`  ${figures.othersCpu?.toFixed(2)} cores were used by others: again\n`)
  }
}

/** Two descriptors a tunnel, and some for the proxy itself; a number that the limit does not allow is said and left out. */
async function idleOfAll(round: number, where: Where): Promise<Results['idle']> {
  const measured: Results['idle'][number][] = []
  for (const tunnels of values.tunnels.split(',').map(Number))
    for (const subject of subjects) {
      process.stderr.write(`round ${round}, ${tunnels} idle tunnels: ${subject}\n`)
      if (tunnels * 2 + 200 > descriptorLimit())
        process.stderr.write('  left out: raise the limit of descriptors first\n')
      else {
        const memory = await measureIdle(subject, { tunnels, idleSeconds: Number(values.idle) }, where)
        measured.push({ subject, memory })
      }
    }
  return measured
}

function descriptorLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity)
  } catch {
    return Infinity // not Linux: the proxies will say it
  }
}

/** How many errors there were. */
function report({ loads, idle }: Results): number {
  const rounds = Object.values(loads).flat()
  for (const [measure, of] of Object.entries(loads))
    process.stdout.write(
      `\n${measure}, ${placement}, ${values.rounds} rounds of ${values.seconds} s\n${loadTable(measure, of, compare)}\n`,
    )
  if (idle.length > 0) process.stdout.write(`\nidle tunnels, resident bytes\n${memoryTable(idle)}\n`)
  process.stdout.write(`\n${JSON.stringify(at.machine)}\n${JSON.stringify(versions)}, commit ${at.commit}\n`)
  for (const { subject, why } of missing) process.stdout.write(`not measured: ${subject}, since ${why}\n`)
  if (missing.some(({ subject }) => subject === ours)) process.stdout.write('no goal can be judged without ours\n')
  for (const { goal, reached, by, held } of goals(results))
    process.stdout.write(
      `${held ? 'held' : 'MISSED'}: ${goal} (${reached.toFixed(2)}${by === 'value' ? '' : `, by ${by}`})\n`,
    )
  for (const [measure, of] of Object.entries(loads))
    for (const what of disturbed(of))
      process.stdout.write(`others used the machine, so run it again: ${measure}, ${what}\n`)
  const failures = [
    ...rounds.flatMap(({ subject, figures }) => figures.firstErrors.map((error) => `${subject}: ${error}`)),
    ...idle.flatMap(({ subject, memory }) => memory.errors.map((error) => `${subject}: ${error}`)),
  ]
  for (const failure of failures) process.stdout.write(`error of ${failure}\n`)
  return failures.length
}
