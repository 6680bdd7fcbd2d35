/** The destinations of `gateway.allow`, compiled: which rule lets one through, and which special addresses are listed. */
import type { Address } from '../../../ip/address.ts'
import { rangeContains } from '../../../ip/range.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { parseAllowRule, type AllowFault, type AllowHost, type AllowRule, type Ports } from './allow-rule.ts'
import type { Destination } from './destination.ts'

/** `row` counts from 1. */
export type AllowRowFault = AllowFault & { readonly row: number }

/** Opaque to everyone else: rows by the kind of their host, each list in the order of the rows. */
export type AllowRules = {
  readonly rules: readonly AllowRule[]
  readonly byName: ReadonlyMap<string, readonly Row[]>
  /** `*.example.com` under `.example.com`. */
  readonly bySuffix: ReadonlyMap<string, readonly Row[]>
  readonly patterns: readonly (Row & { readonly pieces: readonly string[] })[]
  readonly every: readonly Row[]
  readonly ranges: readonly RangeRow[]
}

type Row = { readonly row: number; readonly text: string; readonly ports: Ports }
type RangeRow = Row & { readonly host: Extract<AllowHost, { kind: 'range' }> }

/** Every fault of every row at once. A rule that matches every host has to be meant: `allowEverything` says so. Private addresses stay denied
 *  under it (L-78). */
export function compileAllow(
  rows: readonly string[],
  { allowEverything }: { readonly allowEverything: boolean },
): Result<AllowRules, readonly AllowRowFault[]> {
  const faults: AllowRowFault[] = []
  const rules: AllowRule[] = []
  for (const [i, text] of rows.entries()) {
    const parsed = parseAllowRule(text)
    if (!parsed.ok) faults.push({ row: i + 1, ...parsed.fault })
    else if (parsed.value.host.kind === 'every' && !allowEverything) faults.push({ row: i + 1, ...tooWide(text) })
    else rules.push(parsed.value)
  }
  return faults.length > 0 ? fault(faults) : ok(indexed(rules))
}

const tooWide = (text: string): AllowFault => ({
  message: `${JSON.stringify(text)} matches every host`,
  next: 'Name the hosts, such as *.salesforce.com:443, or say allowEverything: true if all of them are meant.',
})

function indexed(rules: readonly AllowRule[]): AllowRules {
  const [byName, bySuffix] = [new Map<string, Row[]>(), new Map<string, Row[]>()]
  const [patterns, every, ranges]: [(Row & { pieces: readonly string[] })[], Row[], RangeRow[]] = [[], [], []]
  for (const [row, { text, host, ports }] of rules.entries()) {
    const own = { row, text, ports }
    switch (host.kind) {
      case 'every':
        every.push(own)
        break
      case 'name':
        listUnder(byName, host.name).push(own)
        break
      case 'pattern':
        if (host.pieces.length === 2 && host.pieces[0] === '') listUnder(bySuffix, host.pieces[1] ?? '').push(own)
        else patterns.push({ ...own, pieces: host.pieces })
        break
      case 'range':
        ranges.push({ ...own, host })
    }
  }
  return { rules, byName, bySuffix, patterns, every, ranges }
}

function listUnder(lists: Map<string, Row[]>, key: string): Row[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

/** The text of the first rule that matches; under it admission is kept (P-42). An address that only `*` matches still has to be global
 *  unicast; a name is matched by its spelling alone, never by the addresses that it leads to. */
export function firstRule(rules: AllowRules, { host, port }: Destination): string | undefined {
  const every = firstFor(rules.every, port)
  const best = host.kind === 'name' ? nameRow(rules, host.name, port) : firstRange(rules.ranges, host.address, port)
  return least(best, every)?.text
}

function nameRow(rules: AllowRules, name: string, port: number): Row | undefined {
  let best = firstFor(rules.byName.get(name), port)
  if (rules.bySuffix.size > 0) {
    for (let dot = name.indexOf('.', 1); dot >= 0; dot = name.indexOf('.', dot + 1))
      best = least(best, firstFor(rules.bySuffix.get(name.slice(dot)), port))
  }
  for (const rule of rules.patterns) {
    if (best !== undefined && best.row < rule.row) break
    if (opens(rule, port) && matchesPieces(name, rule.pieces)) return rule
  }
  return best
}

function firstRange(ranges: readonly RangeRow[], address: Address, port: number): Row | undefined {
  for (const rule of ranges) if (opens(rule, port) && rangeContains(rule.host.range, address)) return rule
  return undefined
}

function firstFor(rows: readonly Row[] | undefined, port: number): Row | undefined {
  if (rows !== undefined) for (const rule of rows) if (opens(rule, port)) return rule
  return undefined
}

const opens = ({ ports }: Row, port: number): boolean => ports.from <= port && port <= ports.to

const least = (a: Row | undefined, b: Row | undefined): Row | undefined =>
  a === undefined || (b !== undefined && b.row < a.row) ? b : a

/** Each asterisk takes one character or more. The leftmost place for each piece in turn leaves the most room for the rest. */
function matchesPieces(name: string, pieces: readonly string[]): boolean {
  const [head = '', tail = ''] = [pieces[0], pieces.at(-1)]
  if (!name.startsWith(head) || !name.endsWith(tail)) return false
  let at = head.length
  for (let i = 1; i < pieces.length - 1; i += 1) {
    const piece = pieces[i] ?? ''
    const found = name.indexOf(piece, at + 1)
    if (found < 0) return false
    at = found + piece.length
  }
  return at < name.length - tail.length
}

/** What `allow` lists of this address and port: the very address, a range that means special addresses, or neither (L-78). */
export function listed(rules: AllowRules, address: Address, port: number): 'address' | 'range' | 'neither' {
  let found: 'range' | 'neither' = 'neither'
  for (const { ports, host } of rules.ranges) {
    if (port < ports.from || ports.to < port || !rangeContains(host.range, address)) continue
    if (host.range.start === host.range.end) return 'address'
    if (host.lifts) found = 'range'
  }
  return found
}
