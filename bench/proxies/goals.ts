/** What the gateway is to reach beside the others, judged from the rounds. */
import { ratios, spread, summarise, type Round } from '../run/summary.ts'
import type { IdleMemory } from './measure.ts'

export type Goal = {
  readonly goal: string
  readonly reached: number
  /** `rate` where both servers had no more of their core to give; where one had, its load was the limit, and the work per CPU second is compared. */
  readonly by: 'rate' | 'cpu' | 'value'
  readonly held: boolean
}

export type Results = {
  readonly loads: Readonly<Record<string, readonly Round[]>>
  readonly idle: readonly { readonly subject: string; readonly memory: IdleMemory }[]
}

export const ours = 'sallyport'
const saturated = 0.9 // of a core

/** A goal whose subjects were not measured is left out. */
export function goals(results: Results): readonly Goal[] {
  return [
    ...least(results, 'set-ups', { 'proxy-chain': 1.5, 'squid': 1, 'tinyproxy': 1 }),
    ...least(results, 'steady', { 'proxy-chain': 1.5, 'squid': 1 }),
    ...least(results, 'gets', { 'proxy-chain': 1.5 }),
    ...least(results, 'flood', { 'proxy-chain': 1 }),
    ...nearDirect(results.loads['latency'] ?? []),
    ...lightTunnels(results.idle),
  ]
}

function least({ loads }: Results, measure: string, factors: Readonly<Record<string, number>>): readonly Goal[] {
  const rounds = loads[measure] ?? []
  return Object.entries(factors).flatMap(([peer, factor]) => {
    const compared = compare(rounds, peer)
    if (compared === undefined) return []
    return [{ goal: `${measure}: at least ${factor} times ${peer}`, ...compared, held: compared.reached >= factor }]
  })
}

/** Ours over the peer: the median of the ratios within each round. */
export function compare(rounds: readonly Round[], peer: string): Pick<Goal, 'reached' | 'by'> | undefined {
  const both = rounds.filter(({ subject }) => subject === ours || subject === peer)
  const { [ours]: mine, [peer]: theirs } = summarise(both)
  if (mine === undefined || theirs === undefined || peer === ours) return undefined
  const limit = Math.min(mine.serverCpu?.min ?? 1, theirs.serverCpu?.min ?? 1)
  const by = limit >= saturated ? 'rate' : 'cpu'
  const reached = ratios(by === 'rate' ? both : both.map(perCpu), ours)[peer]?.median
  return reached === undefined ? undefined : { reached, by }
}

const perCpu = (round: Round): Round => {
  const { perSecond, serverCpu } = round.figures
  return { ...round, figures: { ...round.figures, perSecond: perSecond / (serverCpu ?? Number.NaN) } }
}

function nearDirect(rounds: readonly Round[]): readonly Goal[] {
  const p99 = (subject: string): readonly number[] =>
    rounds.filter((each) => each.subject === subject).map(({ figures }) => figures.latencyMs.p99)
  const [through, straight] = [p99(ours), p99('direct')]
  if (through.length === 0 || straight.length === 0) return []
  const reached = spread(through).median - spread(straight).median
  return [{ goal: 'latency: p99 of a GET within 3 ms of direct', reached, by: 'value', held: reached <= 3 }]
}

function lightTunnels(idle: Results['idle']): readonly Goal[] {
  const groups = Map.groupBy(
    idle.filter(({ subject }) => subject === ours),
    ({ memory }) => memory.tunnels,
  )
  return [...groups].map(([tunnels, group]) => {
    const reached = spread(group.map(({ memory }) => memory.bytesPerTunnel / 1000)).median
    return { goal: `idle: under 30 kB each of ${tunnels} tunnels`, reached, by: 'value', held: reached < 30 }
  })
}
