/** Lines of header and trailer fields, as strict as RFC 9112 section 5 lets a proxy be: nothing is mended, because whoever reads the message after
 *  us might mend it otherwise. */
import { fault, ok, type Result } from '../../../values/result.ts'

export type Field = {
  /** As it was spelled. */
  readonly name: string
  /** Lower case, to compare. */
  readonly key: string
  /** Without the white space around it; one character a byte. */
  readonly value: string
}

/** One line without its end. The fault is a phrase for the `why` of a refusal. */
export function parseFieldLine(line: string): Result<Field, string> {
  const colon = line.indexOf(':')
  const name = colon < 0 ? line : line.slice(0, colon)
  if (colon <= 0 || !isToken(name)) return fault(nameFault(line, colon))
  const from = skipBlanks(line, colon + 1)
  const to = skipBlanksBack(line, from)
  if (!isFieldText(line, from, to)) return fault('the value of a field has a control character')
  return ok({ name, key: name.toLowerCase(), value: line.slice(from, to) })
}

/** RFC 9110 section 5.6.2: methods and names of fields. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (tokenSigns[text.charCodeAt(at)] !== 1) return false
  return text.length > 0
}

/** Characters that a value, and the reason of a response, may have: no CR, LF, NUL or other control but the tab (RFC 9110 section 5.5). */
export function isFieldText(text: string, from: number = 0, to: number = text.length): boolean {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if ((code < 32 && code !== 9) || code === 127 || code > 255) return false
  }
  return true
}

/** The values of one field, in their order. */
export function valuesOf(fields: readonly Field[], key: string): readonly string[] {
  const values: string[] = []
  for (const field of fields) if (field.key === key) values.push(field.value)
  return values
}

/** What a list of tokens names, over all lines of the field, in lower case; empty elements do not count (RFC 9110 section 5.6.1). */
export function listOf(fields: readonly Field[], key: string): readonly string[] {
  const names: string[] = []
  for (const field of fields) {
    if (field.key !== key) continue
    for (const each of field.value.split(',')) {
      const name = each.trim().toLowerCase()
      if (name !== '') names.push(name)
    }
  }
  return names
}

function nameFault(line: string, colon: number): string {
  const first = line.charCodeAt(0)
  if (first === 32 || first === 9) return 'a line of the header begins with white space'
  if (colon < 0) return 'a line of the header has no colon'
  const last = line.charCodeAt(colon - 1)
  if (last === 32 || last === 9) return 'there is white space between the name of a field and its colon'
  return 'the name of a field has a character that names do not have'
}

function skipBlanks(line: string, from: number): number {
  let at = from
  while (at < line.length && isBlank(line.charCodeAt(at))) at += 1
  return at
}

function skipBlanksBack(line: string, from: number): number {
  let to = line.length
  while (to > from && isBlank(line.charCodeAt(to - 1))) to -= 1
  return to
}

const isBlank = (code: number): boolean => code === 32 || code === 9

const tokenSigns = new Uint8Array(256)
for (const sign of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  tokenSigns[sign.charCodeAt(0)] = 1
