/** Text that is HTML, and text that is not: only `html` makes the first, and everything put into it is escaped. */

/** Markup that may be sent to a browser. A class with a private field, so that no parsed JSON can pass for one. */
export class Html {
  readonly #markup: string
  constructor(markup: string) {
    this.#markup = markup
  }
  toString(): string {
    return this.#markup
  }
}

/** `undefined` and `false` leave nothing behind, so that `${condition && html`…`}` reads well. */
export type Part = string | number | Html | readonly Html[] | undefined | false

/** Markup from a literal and parts. A part that is text is escaped for element content and for a double-quoted attribute
 *  alike; it is never safe in an unquoted attribute, so the literals always quote. Part of a tag's name: never. */
export function html(literal: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = literal[0] ?? ''
  for (const [i, part] of parts.entries()) markup += markupOf(part) + (literal[i + 1] ?? '')
  return new Html(markup)
}

/** `a=1&b=2`, percent-encoded down to letters, digits and `-._~%`, with a bare ampersand: a client that reads the page's
 *  raw body finds the pairs as they are (SF-81). HTML allows the bare ampersand because no semicolon can follow. */
export function queryText(pairs: Readonly<Record<string, string>>): Html {
  const encoded = Object.entries(pairs).map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
  return new Html(encoded.join('&'))
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return part.map(String).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '\0': '\uFFFD', // a parser drops or replaces it: what is sent should be what is seen
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`\0]/g, (character) => entities[character] ?? '')
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
