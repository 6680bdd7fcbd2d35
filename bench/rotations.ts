/** Claim: durable strict rotations a second, against in-memory oidc-provider, a bare echo and the store alone, as ratios within one run. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { conditions } from './run/conditions.ts'
import { canPin, type Placement } from './run/placement.ts'
import { benchFolder } from './run/places.ts'
import { installIfMissing } from './run/ready.ts'
import { writeResult } from './run/results.ts'
import { measure, subjects, type Settings } from './run/subjects.ts'
import {
  disturbed,
  isDisturbed,
  ratios,
  summarise,
  type Round,
  type Spread,
  type SubjectSummary,
} from './run/summary.ts'
import { decimals, table } from './run/table.ts'

type Run = {
  readonly placement: Placement
  readonly settings: Settings
  readonly rounds: readonly Round[]
  readonly summary: Readonly<Record<string, SubjectSummary>>
  readonly ratioOf: string
  readonly ratios: Readonly<Record<string, Spread>>
  readonly goals: readonly Goal[]
  readonly disturbed: readonly string[]
}
type Goal = { readonly goal: string; readonly reached: number; readonly held: boolean }

const { values } = parseArgs({
  options: {
    subjects: { type: 'string', default: Object.keys(subjects).join(',') },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    warmup: { type: 'string', default: '8' },
    connections: { type: 'string', default: '32' },
    placement: { type: 'string', default: canPin() ? 'pinned,unpinned' : 'unpinned' },
    bytes: { type: 'string' },
    again: { type: 'string', default: '3' },
    out: { type: 'string', default: join(benchFolder, 'results', 'rotations.json') },
  },
})

installIfMissing()
const names = values.subjects.split(',')
const at = conditions()
const runs: Run[] = []
for (const placement of values.placement.split(',')) {
  if (placement !== 'pinned' && placement !== 'unpinned')
    throw new Error(`--placement is pinned or unpinned, not ${placement}`)
  const run = await runOnce(placement)
  runs.push(run)
  report(run)
}
process.stdout.write(`\n${JSON.stringify(at.machine)}\n${JSON.stringify(at.versions)}, commit ${at.commit}\n`)
writeResult(values.out, { claim: 'rotations', conditions: at, runs })
process.exitCode = runs.every(holds) ? 0 : 1

async function runOnce(placement: Placement): Promise<Run> {
  const settings = {
    connections: Number(values.connections),
    warmupSeconds: Number(values.warmup),
    seconds: Number(values.seconds),
    replyBytes: values.bytes === undefined ? await orgReplyBytes(placement) : Number(values.bytes),
  }
  const rounds: Round[] = []
  for (let round = 1; round <= Number(values.rounds); round += 1)
    for (const subject of names) {
      process.stderr.write(`${placement}, round ${round}: ${subject}\n`)
      rounds.push({ round, subject, ...(await measureQuietly(subject, settings, placement)) })
    }
  const ratioOf = names.includes('org') ? 'org' : 'bare-http'
  const ratio = ratios(rounds, ratioOf)
  return {
    placement,
    settings,
    rounds,
    summary: summarise(rounds),
    ratioOf,
    ratios: ratio,
    goals: ratioOf === 'org' ? goals(ratio) : [],
    disturbed: disturbed(rounds),
  }
}

/** Again where other programs used the machine, whatever came out; `takenAgain` says how often. */
async function measureQuietly(
  subject: string,
  settings: Settings,
  placement: Placement,
): Promise<Pick<Round, 'figures' | 'takenAgain'>> {
  for (let takenAgain = 0; ; takenAgain += 1) {
    const { refreshTokens: _, ...figures } = await measure(subject, settings, placement) // tokens are no part of a result
    if (!isDisturbed(figures) || takenAgain >= Number(values.again)) return { figures, takenAgain }
    process.stderr.write(`  ${figures.othersCpu?.toFixed(2)} cores were used by others: again
`)
  }
}

/** The echo answers as many bytes as the org does. Without an org among the subjects there is nothing to measure: 900. */
async function orgReplyBytes(placement: Placement): Promise<number> {
  if (!names.includes('org')) return 900
  const { replyBytes } = await measure(
    'org',
    { connections: 1, warmupSeconds: 0.1, seconds: 0.5, replyBytes: 0 },
    placement,
  )
  if (replyBytes === 0) throw new Error('the org answered no redemption, so the length of its reply is not known')
  return replyBytes
}

function goals(ratio: Readonly<Record<string, Spread>>): readonly Goal[] {
  const judge = (goal: string, reached: number | undefined, least: number): Goal[] =>
    reached === undefined ? [] : [{ goal, reached, held: reached >= least }]
  return [
    ...judge('at least 3 times oidc-provider with its adapter', ratio['oidc-provider']?.median, 3),
    ...judge('at least 0.35 of bare node:http', ratio['bare-http']?.median, 0.35),
  ]
}

/** A run holds when every subject answered, none erred, and every goal that it could judge was reached. */
function holds(run: Run): boolean {
  return (
    Object.values(run.summary).every(({ n, errors }) => n > 0 && errors === 0) && run.goals.every((goal) => goal.held)
  )
}

function report(run: Run): void {
  const heading = [
    'subject',
    'per second',
    'min',
    'max',
    'p50 ms',
    'p99 ms',
    'server cpu',
    'per cpu s',
    'load cpu',
    'others',
    'n',
    'errors',
    `${run.ratioOf} / it`,
  ]
  const rows = Object.entries(run.summary).map(([subject, each]) => [
    subject,
    ...[each.perSecond.median, each.perSecond.min, each.perSecond.max].map((value) => decimals(value, 0)),
    ...[each.p50.median, each.p99.median, each.serverCpu?.median].map((value) => decimals(value, 2)),
    decimals(each.perServerCpuSecond?.median, 0),
    decimals(each.loadCpu.median, 2),
    decimals(each.othersCpu?.max, 2),
    ...[String(each.n), String(each.errors)],
    decimals(run.ratios[subject]?.median, 2),
  ])
  const { connections, seconds, warmupSeconds, replyBytes } = run.settings
  process.stdout.write(
    `\n${run.placement}, ${connections} connections, ${values.rounds} rounds of ${seconds} s after ${warmupSeconds} s, replies of ${replyBytes} bytes\n` +
      `${table([heading, ...rows])}\n`,
  )
  for (const { goal, reached, held } of run.goals)
    process.stdout.write(`${held ? 'held' : 'MISSED'}: ${goal} (${reached.toFixed(2)})\n`)
  if (run.disturbed.length > 0)
    process.stdout.write(`Others used the machine, so run it again: ${run.disturbed.join('; ')}\n`)
  for (const { subject, figures } of run.rounds)
    for (const error of figures.firstErrors) process.stdout.write(`error of ${subject}: ${error}\n`)
}
