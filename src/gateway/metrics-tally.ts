/** A counter that costs an addition where it is counted, and meets the library only when it is scraped. */
import { Counter, type CounterConfiguration } from 'prom-client'

type Series = { readonly a: string; readonly b: string; since: number }

/** Counts by one or two labels. Of the values of the first, each has a map of its own, so that nothing is glued together on the way of a tunnel. */
export function openTally(
  about: Pick<CounterConfiguration<string>, 'name' | 'help' | 'registers'>,
  { labels: [first, second], most }: { readonly labels: readonly [string, string?]; readonly most: number },
): (a: string, b: string) => void {
  const series = new Map<string, Map<string, Series>>()
  let count = 0
  const labelsOf = ({ a, b }: Series) => (second === undefined ? { [first]: a } : { [first]: a, [second]: b })
  const counter = new Counter({
    ...about,
    labelNames: second === undefined ? [first] : [first, second],
    collect() {
      for (const each of [...series.values()].flatMap((of) => [...of.values()])) {
        if (each.since > 0) counter.inc(labelsOf(each), each.since)
        each.since = 0
      }
    },
  })
  const make = (a: string, b: string): Series => {
    const of = series.get(a) ?? new Map<string, Series>()
    const made = { a, b, since: 0 }
    series.set(a, of.set(b, made))
    count += 1
    return made
  }
  const other = (): Series => series.get('other')?.get('other') ?? make('other', 'other')
  return (a, b) => {
    const known = series.get(a)?.get(b) ?? (count < most ? make(a, b) : other())
    known.since += 1
  }
}
