/** Finds every `await` of a source and makes each of them two places of which a test hears: before it waits, and once it has come back. Nothing names
 *  them by hand, so none can be forgotten. */
import { parseSync, Visitor } from 'oxc-parser'

export type AwaitPlace = {
  /** What is waited for, as it stands there, in short: `storage.write('markSent')`; numbered where the file says the same twice. */
  readonly name: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly waitedFor: { readonly start: number; readonly end: number }
}

/** In the order of the text. Throws where the text cannot be parsed, and where it waits in a way that has no two places: `for await`, `await using`. */
export function awaitsIn(path: string, text: string): readonly AwaitPlace[] {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} cannot be parsed`)
  const found: Omit<AwaitPlace, 'name'>[] = []
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const unknown = (what: string, offset: number): never => {
    throw new Error(
      `${path}:${lineAt(offset)} waits by ${what}, which has no places to be killed at: write it with await`,
    )
  }
  new Visitor({
    AwaitExpression({ start, end, argument }) {
      found.push({ start, end, line: lineAt(start), waitedFor: { start: argument.start, end: argument.end } })
    },
    ForOfStatement(node) {
      if (node.await) unknown('for await', node.start)
    },
    VariableDeclaration(node) {
      if (node.kind === 'await using') unknown('await using', node.start)
    },
  }).visit(program)
  const seen = new Map<string, number>()
  return found
    .toSorted((a, b) => a.start - b.start)
    .map((place) => {
      const words = shortened(text.slice(place.waitedFor.start, place.waitedFor.end))
      const times = (seen.get(words) ?? 0) + 1
      seen.set(words, times)
      return { ...place, name: times === 1 ? words : `${words} ${times}` }
    })
}

/** The call without what is handed to it, but for the name of a write. */
function shortened(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ')
  const write = /^[\w.#]*\.write\('\w+'/.exec(flat)
  if (write !== null) return `${write[0].replace(/^parts\./, '')})`
  const call = /^(?:new )?[\w.#?]+/.exec(flat)
  return (call?.[0] ?? flat.slice(0, 40)).replace(/^parts\./, '')
}

/** The same program, which calls `globalThis.keeperWaits(name)` before it waits, and `keeperWaited(name, result)` once that has come back. */
export function withPoints(path: string, text: string): string {
  const inserts: { readonly at: number; readonly text: string }[] = []
  for (const { name, start, end, waitedFor } of awaitsIn(path, text)) {
    const named = JSON.stringify(`${path} ${name}`)
    inserts.push({ at: start, text: `globalThis.keeperWaited(${named}, ` })
    inserts.push({ at: waitedFor.start, text: `(globalThis.keeperWaits(${named}), ` })
    inserts.push({ at: waitedFor.end, text: ')' }, { at: end, text: ')' })
  }
  let [made, done] = ['', 0]
  // stable, and an outer one comes before those within it: so are its parentheses
  for (const { at, text: added } of inserts.toSorted((a, b) => a.at - b.at)) {
    made += text.slice(done, at) + added
    done = at
  }
  return made + text.slice(done)
}
