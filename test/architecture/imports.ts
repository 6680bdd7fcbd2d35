/** Applies the table to every edge. */
import { importedByNobody, packagesForTests, zones, type Zone } from './table.ts'
import type { Edge, Finding } from './parse.ts'
import { isTest } from './sources.ts'

/** The zone with the longest matching start, so that src/org/rules/ wins over src/org/. */
export function zoneOf(path: string): Zone | undefined {
  return zones.filter(({ at }) => path.startsWith(at)).toSorted((a, b) => b.at.length - a.at.length)[0]
}

export function judgeEdge(edge: Edge, exists: (path: string) => boolean): Finding[] {
  const zone = zoneOf(edge.from)
  const finding = (says: string): Finding[] => [{ path: edge.from, line: edge.line, says }]
  if (zone === undefined) return [] // reported once for the file, not once for each import
  if (!edge.relative) return judgePackage(edge, zone, finding)
  if (namesFile(edge) && !exists(edge.to)) return finding(`imports ${edge.to}, which does not exist`)
  const target = zoneOf(edge.to)
  if (target === undefined && zone.may !== 'everything') return finding(`imports ${edge.to}, which lies in no zone`)
  if (target === undefined || target.name === zone.name) return []
  if (target.name === 'test' && isTest(edge.from) && !zone.pure) return []
  return mayImport(zone, target)
    ? []
    : finding(`${zone.name} may not import ${target.name} (${edge.kind} of ${edge.to}): ${way(zone)}`)
}

/** A URL may name a folder, or something that is made later; with an extension it names a file of ours. */
const namesFile = ({ kind, to }: Edge): boolean =>
  kind !== 'asset URL' || (/\.\w+$/.test(to) && !to.includes('node_modules/'))

function mayImport(zone: Zone, target: Zone): boolean {
  if (zone.name === 'test' || zone.name === 'tools') return true
  if (importedByNobody.includes(target.name)) return zone.name === 'cli' && target.name === 'cli'
  return zone.may === 'everything' || zone.may.includes(target.name)
}

function judgePackage(edge: Edge, zone: Zone, finding: (says: string) => Finding[]): Finding[] {
  if (
    edge.to === 'node:http' &&
    edge.kind !== 'type-only' &&
    zone.name !== 'test' &&
    zone.name !== 'tools' &&
    !isTest(edge.from)
  )
    return finding(`imports node:http, which loads undici: ${insteadOfHttp}`)
  if (edge.to.startsWith('node:')) {
    return zone.pure && !isTest(edge.from)
      ? finding(`${zone.name} is pure and imports ${edge.to}: take what it gives as an argument`)
      : []
  }
  if (zone.packages === 'any') return []
  const name = edge.to.split('/', edge.to.startsWith('@') ? 2 : 1).join('/')
  if (zone.packages.includes(name)) return []
  if (isTest(edge.from) && packagesForTests.includes(name)) return []
  return finding(`${zone.name} may not import the package ${name}: ${packagesOf(zone)}`)
}

/** An import reads every export of a module, and one of this one's is a WebSocket: 13 MB and some 60 ms of each start (decision 0010). */
const insteadOfHttp = "take it from process.getBuiltinModule('node:http')"

const way = (zone: Zone): string =>
  zone.may === 'everything' ? 'nothing depends on it' : `it may import ${[zone.name, ...zone.may].join(', ')}`

const packagesOf = (zone: Zone): string =>
  zone.packages === 'any' || zone.packages.length === 0
    ? 'it may import none'
    : `it may import ${zone.packages.join(', ')}`
