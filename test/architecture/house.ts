/** Everything that the house demands of its files, in one pass; `npm run check` and the tests beside this file call it. */
import { judgeAmbient } from './ambient.ts'
import { brandsIn, judgeBrands } from './brands.ts'
import { findCycles } from './cycles.ts'
import { judgeEdge, zoneOf } from './imports.ts'
import { parse, type Finding } from './parse.ts'
import { isPolicy, judgePolicies } from './policies.ts'
import type { Source } from './sources.ts'
import { judgeTests } from './tests.ts'

export type Verdict = {
  readonly files: number
  readonly edges: number
  readonly policies: number
  readonly brands: number
  readonly findings: readonly Finding[]
}

/** `exists` is asked about files that are not among the sources: stylesheets, JSON, images. */
export function inspectHouse(sources: readonly Source[], exists: (path: string) => boolean): Verdict {
  const files = sources.map(parse)
  const paths = new Set(sources.map(({ path }) => path))
  const edges = files.flatMap((file) => file.edges)
  const brands = brandsIn(files)
  const findings = [
    ...files.flatMap((file) => file.findings),
    ...files.filter((file) => zoneOf(file.path) === undefined).map(homeless),
    ...edges.flatMap((edge) => judgeEdge(edge, (path) => paths.has(path) || exists(path))),
    ...findCycles(edges),
    ...files.flatMap(judgeAmbient),
    ...files.flatMap((file) => judgeBrands(file, brands)),
    ...files.flatMap(judgeTests),
    ...judgePolicies(files),
  ]
  return {
    files: files.length,
    edges: edges.length,
    policies: files.filter((file) => isPolicy(file.path)).length,
    brands: brands.size,
    findings,
  }
}

export const printFinding = (finding: Finding): string => `${finding.path}:${finding.line} ${finding.says}`

const homeless = (file: { readonly path: string }): Finding => ({
  path: file.path,
  line: 1,
  says: 'lies in no zone: give its folder a row in test/architecture/table.ts',
})
