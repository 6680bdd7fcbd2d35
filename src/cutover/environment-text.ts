/** One variable in the text of an environment file, as dotenv, Compose, systemd and shells read it. Everything else in the text stays as it is. */
import { fault, ok, type Result } from '../values/result.ts'

type Style = 'plain' | 'single' | 'double'
/** `from` and `to`: of the value, with its quotation marks. */
type Assignment = { readonly style: Style; readonly from: number; readonly to: number; readonly value: string }

/** The fault is a predicate of the variable, and quotes no value. */
export function readVariable(text: string, name: string): Result<string, string> {
  const found = assignmentOf(text, name)
  return found.ok ? ok(found.value.value) : found
}

/** In the quotation marks that were there, unless they cannot hold the value. */
export function withVariable(text: string, name: string, value: string): Result<string, string> {
  const found = assignmentOf(text, name)
  if (!found.ok) return found
  const { style, from, to } = found.value
  const written = [style, ...styles].map((each) => writers[each](value)).find((each) => each !== undefined)
  if (written === undefined) return fault('cannot hold a value with line breaks')
  const gap = text[to] === '#' ? ' ' : '' // a comment without a blank before it is none
  return ok(text.slice(0, from) + written + gap + text.slice(to))
}

/** Where two lines set it, readers disagree which of them counts. */
function assignmentOf(text: string, name: string): Result<Assignment, string> {
  const found = [...assignmentsIn(text)].filter((each) => each.name === name)
  const [first] = found
  if (first === undefined) return fault('is not set in the file; write its line, with the URL that is used now')
  if (found.length > 1) return fault(`is set ${found.length} times in the file; leave one of these lines`)
  return first.strange
    ? fault('has something behind its value that nobody can be sure of; write NAME=VALUE')
    : ok(first)
}

/** Comments of a line of their own are no assignments; a quoted value may go over several lines. */
const beginning = /^[\t ]*(?:export[\t ]+)?([A-Za-z_][A-Za-z0-9_.-]*)[\t ]*=[\t ]*/

function* assignmentsIn(text: string): Generator<Assignment & { readonly name: string; readonly strange: boolean }> {
  let at =
    text.startsWith('\uFEFF') || text.startsWith('\u00EF\u00BB\u00BF')
      ? text.search(/[^\uFEFF\u00EF\u00BB\u00BF]|$/)
      : 0
  while (at < text.length) {
    const line = text.slice(at, endOfLine(text, at))
    const begins = beginning.exec(line)
    if (begins !== null) {
      const assignment = valueAt(text, at + begins[0].length)
      const end = endOfLine(text, assignment.to)
      const rest = text.slice(assignment.to, end).replace(/\r$/, '')
      yield { ...assignment, name: begins[1] ?? '', strange: !/^[\t ]*(?:$|#)/.test(rest) }
      at = end + 1
    } else at += line.length + 1
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

const quoted = /"((?:[^"\\]|\\[^])*)"|'([^']*)'/y

function valueAt(text: string, from: number): Assignment {
  quoted.lastIndex = from
  const [whole, double, single] = quoted.exec(text) ?? []
  if (whole !== undefined)
    return {
      ...{ from, to: from + whole.length, style: double === undefined ? 'single' : 'double' },
      value: single ?? (double ?? '').replace(/\\(["\\$`])/g, '$1'),
    }
  const line = text.slice(from, endOfLine(text, from)).replace(/\r$/, '')
  const value = line.replace(/(?:^|[\t ])[\t ]*#.*$/, '').trimEnd()
  return { from, to: from + value.length, style: 'plain', value }
}

const styles: readonly Style[] = ['plain', 'single', 'double']

/** Undefined where the value cannot be written like that for every reader. */
const writers: Readonly<Record<Style, (value: string) => string | undefined>> = {
  plain: (value) => (/^[A-Za-z0-9_@%+=:,./~[\]-]*$/.test(value) ? value : undefined),
  single: (value) => (/['\r\n]/.test(value) ? undefined : `'${value}'`),
  double: (value) => (/[\r\n]/.test(value) ? undefined : `"${value.replace(/["\\$`]/g, '\\$&')}"`),
}
