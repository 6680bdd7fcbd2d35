/** No file reaches itself through its imports, type-only ones included: a cycle is one file that was torn in two. */
import type { Edge, Finding } from './parse.ts'

/** One finding for each import that closes a cycle, naming the way around. */
export function findCycles(edges: readonly Edge[]): Finding[] {
  const next = Map.groupBy(
    edges.filter((edge) => edge.relative),
    (edge) => edge.from,
  )
  const findings: Finding[] = []
  const done = new Set<string>()

  const walk = (path: string, trail: readonly string[]): void => {
    for (const edge of next.get(path) ?? []) {
      const start = trail.indexOf(edge.to)
      if (start >= 0) findings.push(cycle(edge, trail.slice(start)))
      else if (!done.has(edge.to)) walk(edge.to, [...trail, edge.to])
    }
    done.add(path)
  }
  for (const path of next.keys()) if (!done.has(path)) walk(path, [path])
  return findings
}

const cycle = (edge: Edge, around: readonly string[]): Finding => ({
  path: edge.from,
  line: edge.line,
  says: `closes a cycle: ${[...around, edge.to].join(' -> ')}`,
})
