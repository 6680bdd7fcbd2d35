/** One row of `gateway.allow`: `HOST:PORTS`, where HOST is a name, a pattern, an address or a range of addresses. */
import { formatAddress } from '../../../ip/address.ts'
import { parseCidr } from '../../../ip/cidr.ts'
import { rangeSize, type Range } from '../../../ip/range.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import { judgeRange } from '../../../ip/address-class.ts'
import { formatHost, parseHost, parseName, parsePort } from './destination.ts'

/** Both ends belong to it. */
export type Ports = { readonly from: number; readonly to: number }

export type AllowHost =
  /** Every name, and every address that is global unicast. */
  | { readonly kind: 'every' }
  | { readonly kind: 'name'; readonly name: string }
  /** The pieces between the asterisks; each asterisk stands for one character or more, dots among them (SF-317). */
  | { readonly kind: 'pattern'; readonly pieces: readonly [string, ...string[]] }
  /** `lifts`: what stands there is special, and allowed all the same (L-78). */
  | { readonly kind: 'range'; readonly range: Range; readonly lifts: boolean }

export type AllowRule = {
  /** As it is written everywhere: lower case, canonical addresses. The admission of P-42 knows the rule by it. */
  readonly text: string
  readonly host: AllowHost
  readonly ports: Ports
}

/** `message` begins with the row in quotes; `next` is what to write instead. */
export type AllowFault = { readonly message: string; readonly next: string }

/** Does not ask whether the rule is too wide; `compileAllow` does. */
export function parseAllowRule(text: string): Result<AllowRule, AllowFault> {
  const plain = plainForm(text)
  if (plain !== undefined) return wrong(text, plain)
  const [host, given] = halves(text)
  const ports = parsePorts(given ?? usualPort)
  const parsed = parseAllowHost(host, ports.ok ? formatPorts(ports.value) : usualPort)
  if (!parsed.ok) return wrong(text, parsed.fault)
  const known = formatAllowHost(parsed.value)
  if (given === undefined) return wrong(text, { message: 'has no port', next: writeInstead(known, usualPort) })
  if (!ports.ok) return wrong(text, { message: ports.fault, next: writeInstead(known, usualPort) })
  return ok({ text: `${known}:${formatPorts(ports.value)}`, host: parsed.value, ports: ports.value })
}

const usualPort = '443'

/** What people paste instead of a rule: a URL, and IPv6 without brackets. */
function plainForm(text: string): AllowFault | undefined {
  const url = /^[a-z]+:\/\//i.test(text) ? URL.parse(text) : null
  if (url !== null)
    return {
      message: 'is a URL',
      next: writeInstead(url.hostname, url.port || (url.protocol === 'http:' ? '80' : usualPort)),
    }
  const inBrackets = bracketed(text)
  return inBrackets === undefined ? undefined : { message: 'is IPv6 without brackets', next: `Write ${inBrackets}.` }
}

/** So that two spellings of one rule are one; a text that is no rule comes back as it is. */
export function canonicalRule(text: string): string {
  const rule = parseAllowRule(text)
  return rule.ok ? rule.value.text : text
}

function halves(text: string): [host: string, ports: string | undefined] {
  const colon = text.lastIndexOf(':')
  return colon > text.lastIndexOf(']') ? [text.slice(0, colon), text.slice(colon + 1)] : [text, undefined]
}

/** IPv6 that somebody wrote without brackets, with a port behind it or not. */
function bracketed(text: string): string | undefined {
  if (text.startsWith('[') || text.indexOf(':') === text.lastIndexOf(':')) return undefined
  if (parseCidr(text).ok) return `[${text}]:${usualPort}`
  const [host, port] = halves(text)
  return parseCidr(host).ok ? `[${host}]:${port ?? usualPort}` : undefined
}

export const everyPort: Ports = { from: 1, to: 65_535 }

function parsePorts(text: string): Result<Ports, string> {
  if (text === '*') return ok(everyPort)
  const [first = '', last = first, ...more] = text.split('-')
  const [from, to] = [parsePort(first), parsePort(last)]
  if (more.length > 0 || !from.ok || !to.ok)
    return fault(`has the port ${JSON.stringify(text)}; a port is 1 to 65535, a range such as 8000-8100, or *`)
  if (from.value <= to.value) return ok({ from: from.value, to: to.value })
  return fault(`has a range of ports that ends before it begins`)
}

export function formatPorts({ from, to }: Ports): string {
  if (from === everyPort.from && to === everyPort.to) return '*'
  return from === to ? String(from) : `${from}-${to}`
}

/** `ports` is for what to write instead. */
function parseAllowHost(text: string, ports: string): Result<AllowHost, AllowFault> {
  if (text === '*') return ok({ kind: 'every' })
  if (text.includes('/')) return parseBlock(text, ports)
  if (text.includes('*')) return parsePattern(text, ports)
  const host = parseHost(text)
  if (!host.ok) return fault({ message: `names no host: ${host.fault}`, next: writeAddress })
  if (host.value.kind === 'name') return ok(host.value)
  const { address } = host.value
  return ranged({ start: address, end: address })
}

const writeAddress = 'Write a host name, or an address with all its parts in decimal.'

/** `10.0.0.0/8`, or `[2001:db8::/32]`: the brackets are around the whole. */
function parseBlock(text: string, ports: string): Result<AllowHost, AllowFault> {
  const [, inside, behind] = /^\[([^\]]*)\](\/\d+)?$/.exec(text) ?? []
  if (inside !== undefined && behind !== undefined)
    return fault({
      message: 'has its length outside of the brackets',
      next: writeInstead(`[${inside}${behind}]`, ports),
    })
  const block = parseCidr(inside ?? text)
  if (block.ok) return ranged(block.value)
  return fault({ message: `has no range of addresses: ${block.fault.message}`, next: 'Write such as 10.0.0.0/8:443.' })
}

function ranged(range: Range): Result<AllowHost, AllowFault> {
  const verdict = judgeRange(range)
  if (verdict.kind !== 'across') return ok({ kind: 'range', range, lifts: verdict.kind === 'inside' })
  return fault({
    message: `holds public addresses and special ones, such as ${verdict.block.cidr}`,
    next: 'Write a range for each, so that nobody allows the special ones by mistake; for all public ones write * and allowEverything: true.',
  })
}

/** An asterisk may stand anywhere but at the end, and a dot follows it: `*salesforce.com` would let evilsalesforce.com in. */
function parsePattern(text: string, ports: string): Result<AllowHost, AllowFault> {
  const [first, ...pieces] = text.toLowerCase().split('*')
  if (first === undefined) throw new Error('a split text has a first part')
  const end = (pieces.at(-1) ?? '').replace(/^\./, '')
  if (end === '')
    return fault({
      message: 'ends in an asterisk, and so matches hosts of any domain',
      next: 'End it with the domain, such as *.example.com.',
    })
  if (!pieces.every((piece) => piece.startsWith('.')))
    return fault({
      message: `has an asterisk without a dot behind it, as in *salesforce.com, which matches evilsalesforce.com`,
      next: writeInstead(`*.${end}`, ports),
    })
  const sample = parseName([first, ...pieces].join('x'))
  if (sample.ok && sample.value.kind === 'name') return ok({ kind: 'pattern', pieces: [first, ...pieces] })
  return fault({
    message: 'is no pattern of host names',
    next: 'Write such as *.example.com; addresses have no asterisks, they are ranges such as 10.0.0.0/8.',
  })
}

export function formatAllowHost(host: AllowHost): string {
  switch (host.kind) {
    case 'every':
      return '*'
    case 'name':
      return host.name
    case 'pattern':
      return host.pieces.join('*')
    case 'range':
      return formatBlock(host.range)
  }
}

function formatBlock(range: Range): string {
  const size = rangeSize(range)
  if (size === 1n) return formatHost({ kind: 'address', address: range.start })
  const bits = (typeof range.start === 'number' ? 32 : 128) - (size.toString(2).length - 1)
  const text = `${formatAddress(range.start)}/${bits}`
  return typeof range.start === 'number' ? text : `[${text}]`
}

function wrong(text: string, { message, next }: AllowFault): Result<never, AllowFault> {
  return fault({ message: `${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)} ${message}`, next })
}

const writeInstead = (host: string, ports: string): string => `Write ${host}:${ports}.`
