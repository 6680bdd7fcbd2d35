/** Reads a page's form as far as a person without JavaScript would use it. */

export type Form = {
  readonly action: string
  /** What a browser posts when the button is pressed: hidden and prefilled fields, never another button. */
  readonly fields: ReadonlyMap<string, string>
  /** Id to name and value of each button. */
  readonly buttons: ReadonlyMap<string, { readonly name: string; readonly value: string }>
}

/** The page's first form; undefined where it has none. */
export function findForm(page: string): Form | undefined {
  const [, opening, inside] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(page) ?? []
  if (opening === undefined || inside === undefined) return undefined
  const fields = new Map<string, string>()
  const buttons = new Map<string, { name: string; value: string }>()
  for (const [, text = ''] of inside.matchAll(/<input\b([^>]*)>/gi)) {
    const { id = '', name, type = 'text', value = '' } = attributes(text)
    if (type === 'submit') buttons.set(id, { name: name ?? '', value })
    else if (name !== undefined && (type !== 'checkbox' || / checked\b/i.test(text))) fields.set(name, value)
  }
  return { action: attributes(opening)['action'] ?? '', fields, buttons }
}

function attributes(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), unescapeHtml(value)]))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeHtml(text: string): string {
  return text.replaceAll(/&(#?\w+);/g, (whole, name: string) => {
    if (/^#x/i.test(name)) return String.fromCodePoint(Number.parseInt(name.slice(2), 16))
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)))
    return entities[name] ?? whole
  })
}
