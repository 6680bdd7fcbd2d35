/** A small reader of XML as the Metadata API writes it: elements and text. What can be abused is refused: a DOCTYPE, and with it every entity that is not
 *  one of the five that XML itself has (no expansion, nothing fetched), a depth or a number of elements or of
 *  entities that no settings file has. */
import { fault, ok, type Result } from '../values/result.ts'

export type XmlElement = {
  /** Without its prefix. */
  readonly name: string
  /** Of itself and not of its children, entities resolved. */
  readonly text: string
  readonly children: readonly XmlElement[]
  /** Where it stands in the source, from its `<` to behind its last `>`. */
  readonly start: number
  readonly end: number
}

/** Names the line, counted from 1. */
export type XmlFault = { readonly line: number; readonly message: string }

const limits = { depth: 50, elements: 20_000, entities: 10_000 } as const

type Open = { name: string; tag: string; text: string; children: XmlElement[]; start: number }

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y

/** The root element of a document. */
export function parseXml(source: string): Result<XmlElement, XmlFault> {
  const outside: Open = { name: '', tag: '', text: '', children: [], start: 0 }
  const open: Open[] = [outside]
  const pattern = new RegExp(token)
  let count = 0
  let entities = 0
  let at = source.startsWith('\uFEFF') ? 1 : 0
  const wrong = (message: string): Result<never, XmlFault> =>
    fault({ line: source.slice(0, at).split('\n').length, message })
  while (at < source.length) {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match === null)
      return wrong(/^<!DOCTYPE/i.test(source.slice(at, at + 9)) ? noDoctype : 'the markup cannot be read')
    const [whole, literal, closing, opening, , selfClosing, text] = match
    const inside = open.at(-1) ?? outside
    if (literal !== undefined) inside.text += literal
    else if (text !== undefined) {
      entities += text.split('&').length - 1
      if (entities > limits.entities) return wrong(`it has more than ${limits.entities} entities`)
      const plain = resolveEntities(text)
      if (plain === undefined) return wrong('it has an entity that XML itself does not have')
      inside.text += plain
    } else if (opening !== undefined) {
      count += 1
      if (count > limits.elements) return wrong(`it has more than ${limits.elements} elements`)
      if (open.length > limits.depth) return wrong(`it is nested more than ${limits.depth} deep`)
      const fresh: Open = { name: opening.replace(/^.*:/, ''), tag: opening, text: '', children: [], start: at }
      if (selfClosing === '/') inside.children.push(closed(fresh, at + whole.length))
      else open.push(fresh)
    } else if (closing !== undefined) {
      if (open.length === 1 || inside.tag !== closing) return wrong(`</${closing}> closes nothing that is open`)
      open.pop()
      open.at(-1)?.children.push(closed(inside, at + whole.length))
    }
    at += whole.length
  }
  const [root, second] = outside.children
  if (open.length > 1) return wrong(`<${open.at(-1)?.tag ?? ''}> is not closed`)
  if (root === undefined || second !== undefined || outside.text.trim() !== '') return wrong('it is not one element')
  return ok(root)
}

const noDoctype = 'a DOCTYPE is not read'

const closed = ({ name, text, children, start }: Open, end: number): XmlElement => ({
  name,
  text,
  children,
  start,
  end,
})

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function resolveEntities(text: string): string | undefined {
  if (!text.includes('&')) return text
  let isSound = true
  const plain = text.replaceAll(
    /&(?:(#x[\da-fA-F]{1,6}|#\d{1,7})|(\w{1,10}));|&/g,
    (_whole, code?: string, name?: string) => {
      const number =
        code === undefined ? undefined : code.startsWith('#x') ? parseInt(code.slice(2), 16) : Number(code.slice(1))
      const found =
        number === undefined ? named[name ?? ''] : number <= 0x10ffff ? String.fromCodePoint(number) : undefined
      if (found === undefined) isSound = false
      return found ?? ''
    },
  )
  return isSound ? plain : undefined
}

/** The first child of that name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((each) => each.name === name)

/** Trimmed; undefined where there is no such child. */
export const textOf = (element: XmlElement | undefined, name: string): string | undefined =>
  childOf(element, name)?.text.trim()

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((each) => each.name === name) ?? []

/** What stands for itself in text and in an attribute. Control characters, of which XML has no spelling for most, are left out. */
export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"'\p{Cc}]/gu, (each) => escapes[each] ?? (/\s/.test(each) ? each : ''))

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
