/** A counter that costs an addition where it is counted. */
import type { Figure, Labels } from '../documents/exposition.ts'

type Series = { readonly a: string; readonly b: string; count: number }

export type Tally = { readonly count: (a: string, b: string) => void; readonly figure: Figure }

/** Counts by one or two labels. Of the values of the first, each has a map of its own, so that nothing is glued together on the way of a tunnel. */
export function openTally(
  about: Pick<Figure, 'name' | 'help'>,
  { labels: [first, second], most }: { readonly labels: readonly [string, string?]; readonly most: number },
): Tally {
  const series = new Map<string, Map<string, Series>>()
  let size = 0
  const labelsOf = ({ a, b }: Series): Labels => (second === undefined ? { [first]: a } : { [first]: a, [second]: b })
  const all = (): Series[] => [...series.values()].flatMap((of) => [...of.values()])
  const make = (a: string, b: string): Series => {
    const of = series.get(a) ?? new Map<string, Series>()
    const made = { a, b, count: 0 }
    series.set(a, of.set(b, made))
    size += 1
    return made
  }
  const other = (): Series => series.get('other')?.get('other') ?? make('other', 'other')
  return {
    count(a, b) {
      const known = series.get(a)?.get(b) ?? (size < most ? make(a, b) : other())
      known.count += 1
    },
    figure: {
      ...{ ...about, kind: 'counter' },
      read: () => all().map((each) => ({ labels: labelsOf(each), value: each.count })),
    },
  }
}
