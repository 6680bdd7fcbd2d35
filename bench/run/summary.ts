/** From rounds to what is said about them: medians, and ratios taken within a round. No absolute figure is compared between rounds. */
import type { Figures } from '../load/job.ts'

export type Round = {
  readonly round: number
  readonly subject: string
  readonly figures: Figures
  /** How many measurements before this one were disturbed and thrown away. */
  readonly takenAgain?: number
}
export type Spread = { readonly median: number; readonly min: number; readonly max: number }

export type SubjectSummary = {
  readonly n: number
  readonly errors: number
  readonly perSecond: Spread
  readonly p50: Spread
  readonly p99: Spread
  readonly serverCpu: Spread | null
  readonly loadCpu: Spread
  readonly othersCpu: Spread | null
  /** Replies for each second of a core that the server got: steadier than the clock where others use the machine too. */
  readonly perServerCpuSecond: Spread | null
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('no value to summarise')
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const half = sorted.length / 2
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half))
  return { median, min: at(0), max: at(sorted.length - 1) }
}

export function summarise(rounds: readonly Round[]): Record<string, SubjectSummary> {
  const grouped = Map.groupBy(rounds, (each) => each.subject)
  return Object.fromEntries(
    [...grouped].map(([subject, group]) => [subject, summary(group.map((each) => each.figures))]),
  )
}

/** The measurements during which others took more than a seventh of a core: a figure from them says nothing about its subject. */
export function disturbed(rounds: readonly Round[]): readonly string[] {
  return rounds
    .filter(({ figures }) => isDisturbed(figures))
    .map(({ round, subject, figures }) => `${subject} in round ${round}: ${figures.othersCpu?.toFixed(2)} cores`)
}

export function isDisturbed({ othersCpu }: Figures): boolean {
  return (othersCpu ?? 0) > 0.15
}

function summary(all: readonly Figures[]): SubjectSummary {
  const serverCpu = all.map((each) => each.serverCpu).filter((cpu) => cpu !== null)
  const othersCpu = all.map((each) => each.othersCpu).filter((cpu) => cpu !== null)
  return {
    n: all.reduce((sum, each) => sum + each.replies, 0),
    errors: all.reduce((sum, each) => sum + each.errors, 0),
    perSecond: spread(all.map((each) => each.perSecond)),
    p50: spread(all.map((each) => each.latencyMs.p50)),
    p99: spread(all.map((each) => each.latencyMs.p99)),
    serverCpu: serverCpu.length === 0 ? null : spread(serverCpu),
    loadCpu: spread(all.map((each) => each.loadCpu)),
    othersCpu: othersCpu.length === 0 ? null : spread(othersCpu),
    perServerCpuSecond: serverCpu.length === 0 ? null : spread(all.flatMap(perServerCpuSecond)),
  }
}

function perServerCpuSecond({ perSecond, serverCpu }: Figures): number[] {
  return serverCpu === null ? [] : [perSecond / serverCpu]
}

/** `of` over every other subject, round by round. */
export function ratios(rounds: readonly Round[], of: string): Record<string, Spread> {
  const others = new Set(rounds.map((each) => each.subject).filter((subject) => subject !== of))
  return Object.fromEntries([...others].map((other) => [other, spread(inEachRound(rounds, of, other))]))
}

function inEachRound(rounds: readonly Round[], of: string, over: string): readonly number[] {
  const figure = (subject: string, round: number): number | undefined =>
    rounds.find((each) => each.subject === subject && each.round === round)?.figures.perSecond
  return [...new Set(rounds.map((each) => each.round))].flatMap((round) => {
    const [above, below] = [figure(of, round), figure(over, round)]
    return above === undefined || below === undefined ? [] : [above / below]
  })
}
