/** The text that Prometheus reads, version 0.0.4: figures with their names, and one line a sample. */

export type Labels = Readonly<Record<string, string>>
export type Sample = { readonly labels: Labels; readonly value: number }

/** `name` as Prometheus wants names: letters, digits and underscores; not checked here. Of one figure, no two samples with the same labels. */
export type Figure = { readonly name: string; readonly help: string } & (
  | { readonly kind: 'gauge' | 'counter'; readonly read: () => readonly Sample[] }
  | { readonly kind: 'histogram'; readonly read: () => Distribution }
)

/** Observations by size. `counts` has one place more than `bounds`: what is above the last one. */
export type Distribution = {
  /** Upper ends, themselves included, ascending. */
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  readonly sum: number
}

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** Every figure is read once, here. */
export function exposition(figures: readonly Figure[]): string {
  return figures.map((figure) => [...headOf(figure), ...linesOf(figure), ''].join('\n')).join('')
}

/** A figure without labels. */
export const plainly = (value: number): readonly Sample[] => [{ labels: {}, value }]

const headOf = ({ name, help, kind }: Figure): readonly string[] => [
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  `# TYPE ${name} ${kind}`,
]

function linesOf(figure: Figure): readonly string[] {
  const { name } = figure
  if (figure.kind !== 'histogram') return figure.read().map(({ labels, value }) => line(name, labels, value))
  const { bounds, counts, sum } = figure.read()
  let below = 0
  const buckets = counts.map((count, i) =>
    line(`${name}_bucket`, { le: numeral(bounds[i] ?? Infinity) }, (below += count)),
  )
  return [...buckets, line(`${name}_sum`, {}, sum), line(`${name}_count`, {}, below)]
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numeral(value)}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

function numeral(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
