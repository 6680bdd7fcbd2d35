/** Killing and cutting everywhere, with what was wrong by it. */
import type { Scope } from '../gateway/kit.ts'
import type { Report } from './crash-report.ts'
import { notReached, waitsOfRefresh } from './crash-report.ts'
import { cutEverywhere, openCutField, wrongInCut, type CutRow } from './cut.ts'
import { killEverywhere, wrongIn, type Run } from './kill.ts'
import { situations } from './situations.ts'

export type Shown = { readonly report: Report; readonly wrong: readonly string[] }

/** Some hundred kills, each a process, and a cut after every byte: minutes. */
export async function showAll(t: Scope): Promise<Shown> {
  const runs = await killEverywhere(situations)
  const cuts = await cutAll(t, 1)
  return { report: { runs, cuts }, wrong: [...runs.flatMap(wrongInRun), ...wrongInCuts(cuts), ...unreached(runs)] }
}

const wrongInRun = ({ situation, rows }: Run): readonly string[] =>
  rows.flatMap((row) => {
    const wrong = wrongIn(row, situation)
    return wrong === undefined
      ? []
      : [
          `${row.situation}, killed at ${row.n}, ${row.place}: ${wrong} (${row.within}, ${row.later}, ${row.seenLater.join(' ')})`,
        ]
  })

/** After 0, `step`, 2 `step`… bytes. */
export async function cutAll(t: Scope, step: number): Promise<readonly (readonly CutRow[])[]> {
  await using field = await openCutField(t)
  const all: (readonly CutRow[])[] = []
  for (const part of ['request', 'reply'] as const)
    for (const how of ['reset', 'end'] as const) all.push(await cutEverywhere(field, { of: part, how, step }))
  return all
}

export const wrongInCuts = (cuts: readonly (readonly CutRow[])[]): readonly string[] =>
  cuts.flat().flatMap((row) => {
    const wrong = wrongInCut(row)
    return wrong === undefined ? [] : [`${row.of}, cut by ${row.how} after ${row.after} bytes: ${wrong}`]
  })

/** Waits at which nobody was killed, and of which nobody says why. */
function unreached(runs: readonly Run[]): readonly string[] {
  const places = new Set(runs.flatMap(({ rows }) => rows.map(({ place }) => place)))
  return waitsOfRefresh()
    .filter((wait) => !places.has(`before ${wait}`) && notReached[wait] === undefined)
    .map((wait) => `nobody was killed at ${wait}`)
}
