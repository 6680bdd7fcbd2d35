/** YAML 1.2 read into plain values, with the line and column of everything in it. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { fault, ok, type Result } from '../values/result.ts'
import type { DocumentFault, Path, Where } from './fault.ts'

export type YamlDocument = {
  /** Plain objects, lists and scalars; undefined for an empty document. */
  readonly value: unknown
  /** Of the value at a path, or of its key; of the nearest thing around it where the path does not exist. */
  readonly locate: Locate
}
export type Locate = (path: Path, part?: 'key' | 'value') => Where | undefined

/** `file` is only a name for messages. Duplicate keys, unknown tags, several documents and aliases that multiply are refused; all syntax errors
 *  are reported together. */
export function parseYamlDocument(text: string, file: string): Result<YamlDocument, readonly DocumentFault[]> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true })
  const at = (offset: number): Where => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0)
    return fault(
      wrong.map(({ code, message, pos }) => syntaxFault(code, { message, where: at(pos[0]), text, offset: pos[0] })),
    )
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return ok({
      value: value ?? undefined,
      locate: (path, part) => locate(document, { path, part, at }),
    })
  } catch (cause) {
    // The parser's only word against aliases that multiply is an exception (ReferenceError).
    if (!(cause instanceof ReferenceError)) throw cause
    return fault([
      {
        path: '',
        where: { file, line: 1, column: 1 },
        message: withoutQuote(cause.message),
        next: 'Write the repeated parts out.',
      },
    ])
  }
}

type SyntaxError = { readonly message: string; readonly where: Where; readonly text: string; readonly offset: number }

function syntaxFault(code: string, { message, where, text, offset }: SyntaxError): DocumentFault {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]+/.exec(text.slice(offset, offset + 100))?.[0] ?? ''
    return { path: '', where, message: `the key ${key} is given twice in one mapping`, next: 'Keep one of the two.' }
  }
  const next = code === 'MULTIPLE_DOCS' ? 'Keep one document: remove the line ---.' : 'Mend the YAML at that place.'
  return { path: '', where, message: `malformed YAML: ${withoutQuote(message)}`, next }
}

/** Behind a colon the parser quotes the text, which may be a secret that lacks its quotation marks. */
const withoutQuote = (message: string): string => message.replace(/: [\s\S]*$/, '')

type Search = {
  readonly path: Path
  readonly part: 'key' | 'value' | undefined
  readonly at: (offset: number) => Where
}

function locate(document: Document.Parsed, { path, part, at }: Search): Where | undefined {
  let node: Node | null | undefined = document.contents
  let found = node?.range?.[0] ?? 0
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    const [key, value] = child(node, step)
    const keyWanted = i === path.length - 1 && part === 'key' && key !== undefined
    const target: Node | null | undefined = keyWanted ? key : (value ?? key)
    if (target?.range === undefined || target.range === null) break
    found = target.range[0]
    node = value
  }
  return at(found)
}

function child(node: Node | null | undefined, step: string | number): [key: Node | undefined, value: Node | undefined] {
  if (isSeq<Node>(node)) return [undefined, typeof step === 'number' ? node.items[step] : undefined]
  if (!isMap<Node, Node | null>(node)) return [undefined, undefined]
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
  return [pair?.key, pair?.value ?? undefined]
}

/** Where one document has no text of its own, such as settings from the environment: nothing has a line. */
export const nowhere: Locate = () => undefined
