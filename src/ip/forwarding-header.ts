/** `X-Forwarded-For` and `Forwarded` (RFC 7239), read from the right: what stands there was written by the nearest proxy, and nothing that a
 *  client wrote further left, unbalanced quotes included, can change how it is read. */
import { parseAddress, type Address } from './address.ts'

export type Hop =
  { readonly kind: 'address'; readonly address: Address } | { readonly kind: 'unusable'; readonly text: string }

/** The hops of a header from the nearest to the farthest. */
export type Hops = {
  next(): Hop | undefined
  /** What has not been read yet, and the hop that was just read where that is given. */
  rest(last?: Hop): string
}

/** Each entry an address, with or without a port, IPv6 with or without brackets. Several lines are one list. */
export const readForwardedFor = (lines: readonly string[]): Hops =>
  hopsOf(lines, { quotes: false, read: (entry) => readNode(entry) })

/** Of each element only `for=` counts. `unknown`, obfuscated names and elements without `for=` are unusable (RFC 7239 section 6). */
export const readForwarded = (lines: readonly string[]): Hops =>
  hopsOf(lines, { quotes: true, read: (element) => readElement(element) })

type Grammar = { readonly quotes: boolean; readonly read: (entry: string) => Address | undefined }

function hopsOf(lines: readonly string[], { quotes, read }: Grammar): Hops {
  let line = lines.length - 1
  let end = lines[line]?.length ?? 0
  const rest = (last?: Hop): string => {
    const unread = [...lines.slice(0, Math.max(line, 0)), (lines[line] ?? '').slice(0, Math.max(end, 0))]
    return [...unread, last?.kind === 'unusable' ? last.text : ''].filter((text) => text !== '').join(', ')
  }
  const next = (): Hop | undefined => {
    while (line >= 0) {
      const text = lines[line] ?? ''
      if (end < 0) {
        line -= 1
        end = lines[line]?.length ?? 0
        continue
      }
      const comma = lastComma(text, end, quotes)
      const entry = text.slice(comma + 1, end).trim()
      end = comma
      if (entry === '') continue // an empty list element means nothing (RFC 9110 section 5.6.1)
      const address = read(entry)
      return address === undefined ? { kind: 'unusable', text: entry } : { kind: 'address', address }
    }
    return undefined
  }
  return { next, rest }
}

/** The last comma before `end` that is not between quotes, counted from the right; -1 where there is none. */
function lastComma(text: string, end: number, quotes: boolean): number {
  if (!quotes) return end === 0 ? -1 : text.lastIndexOf(',', end - 1)
  let quoted = false
  for (let i = end - 1; i >= 0; i -= 1) {
    const character = text[i]
    if (character === '"' && !(quoted && isEscaped(text, i))) quoted = !quoted
    else if (character === ',' && !quoted) return i
  }
  return -1
}

/** Behind an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let before = at
  while (text[before - 1] === '\\') before -= 1
  return (at - before) % 2 === 1
}

function readElement(element: string): Address | undefined {
  const nodes = pairsOf(element).flatMap((pair) => {
    const equals = pair.indexOf('=')
    return pair.slice(0, Math.max(equals, 0)).trim().toLowerCase() === 'for' ? [pair.slice(equals + 1).trim()] : []
  })
  const [node, ...others] = nodes
  if (node === undefined || others.length > 0) return undefined
  return readNode(unquoted(node))
}

/** Splits at semicolons outside quotes: a proxy may quote the client's Host header here, and that could say `;for=` too. */
function pairsOf(element: string): string[] {
  const pairs: string[] = []
  let from = 0
  let quoted = false
  for (let i = 0; i < element.length; i += 1) {
    const character = element[i]
    if (character === '"') quoted = !quoted
    else if (quoted && character === '\\') i += 1
    else if (!quoted && character === ';') {
      pairs.push(element.slice(from, i))
      from = i + 1
    }
  }
  return quoted ? [] : [...pairs, element.slice(from)]
}

/** A quoted text without its quotes; nothing that could be an address needs an escape, so an escape makes it unusable. */
const unquoted = (node: string): string => (/^"[^"\\]*"$/.test(node) ? node.slice(1, -1) : node)

const withPort = /^(\d[\d.]*|\[[^\]]*\])(?::(?:\d{1,5}|_[\w.-]+))?$/

function readNode(node: string): Address | undefined {
  const parts = withPort.exec(node)
  const host = parts?.[1] ?? node
  const bracketed = host.startsWith('[')
  const parsed = parseAddress(bracketed ? host.slice(1, -1) : host)
  if (!parsed.ok) return undefined
  return bracketed && !host.includes(':') ? undefined : parsed.value
}
