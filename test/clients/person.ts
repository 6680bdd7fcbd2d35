/** A person with a browser, as far as a login needs one: keeps cookies, follows redirects, and finds what to fill in and press by the
 *  ids that the drivers of real clients use (SF-87, SF-90). */

export type Answer = 'allow' | 'deny'
export type Person = {
  readonly username: string
  readonly password: string
  /** Looked up when a page asks for it (SF-315). */
  readonly verificationCode?: () => Promise<string>
  /** Instead of the platform's own. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>
}

type Page = { readonly url: URL; readonly status: number; readonly body: string }
type Attributes = ReadonlyMap<string, string>

/** The callback's URL, to which the redirect led, with its parameters; nothing is sent there. Throws with the page's text where the way ends earlier. */
export async function authorizeAs(person: Person, url: string, answer: Answer = 'allow'): Promise<URL> {
  const browser = openBrowser(new URL(url).origin, person.fetch ?? fetch)
  let arrival = await browser.go(new URL(url))
  for (let pages = 0; pages < 6; pages += 1) {
    if (arrival instanceof URL) return arrival
    arrival = await fillIn(browser, arrival, { person, answer })
  }
  throw new Error('the login does not come to an end')
}

type Arrival = Page | URL
type Browser = { go(url: URL, form?: URLSearchParams): Promise<Arrival> }

/** Pages of one origin only: whatever leads elsewhere is the callback. */
function openBrowser(origin: string, send: NonNullable<Person['fetch']>): Browser {
  const cookies = new Map<string, string>()
  const go = async (url: URL, form?: URLSearchParams): Promise<Arrival> => {
    if (url.origin !== origin) return url
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const post = form && { method: 'POST', body: form }
    const response = await send(url, { redirect: 'manual', headers: { cookie }, ...post })
    for (const line of response.headers.getSetCookie()) keep(cookies, line)
    const location = response.headers.get('location')
    const body = await response.text()
    return location === null ? { url, status: response.status, body } : go(new URL(location, url))
  }
  return { go }
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
  if (/;\s*max-age=0(?:;|$)/i.test(line)) cookies.delete(name)
  else cookies.set(name, value)
}

async function fillIn(
  browser: Browser,
  page: Page,
  { person, answer }: { readonly person: Person; readonly answer: Answer },
): Promise<Arrival> {
  const inputs = inputsOf(page)
  const [, refusal] = /<div id="error"[^>]*>(.*?)<\/div>/s.exec(page.body) ?? []
  if (refusal !== undefined) throw new Error(`${page.url.pathname}: ${textOf(refusal)}`)
  if (inputs.has('password'))
    return submit(browser, page, ['Login', { username: person.username, password: person.password }])
  if (inputs.has('username')) return submit(browser, page, ['Login', { username: person.username }])
  if (inputs.has('emc')) return submit(browser, page, ['save', { emc: (await person.verificationCode?.()) ?? '' }])
  const button = answer === 'allow' ? 'oaapprove' : 'oadeny'
  if (inputs.has(button)) return submit(browser, page, [button, {}])
  throw new Error(`${page.status} ${page.url.href} has no form to fill in: ${textOf(page.body)}`)
}

/** Fields and the button are named by their ids; they are posted under their names. */
function submit(
  browser: Browser,
  page: Page,
  [button, typed]: readonly [string, Readonly<Record<string, string>>],
): Promise<Arrival> {
  const [action = ''] = [...page.body.matchAll(/<form\b([^>]*)>/g)].map(([, text]) =>
    attributesOf(text ?? '').get('action'),
  )
  const form = new URLSearchParams()
  for (const input of inputsOf(page).values()) {
    const id = input.get('id') ?? ''
    const isButton = input.get('type') === 'submit'
    const isBlank = input.get('type') === 'checkbox' && !input.has('checked')
    if (isBlank || (isButton && id !== button)) continue
    form.append(input.get('name') ?? '', typed[id] ?? input.get('value') ?? '')
  }
  return browser.go(new URL(action, page.url), form)
}

/** By id, or by name where there is none. */
function inputsOf({ body }: Page): ReadonlyMap<string, Attributes> {
  const inputs = [...body.matchAll(/<input\b([^>]*)>/g)].map(([, text]) => attributesOf(text ?? ''))
  return new Map(inputs.map((input) => [input.get('id') ?? input.get('name') ?? '', input]))
}

const textOf = (markup: string): string => markup.replace(/(?:<[^>]*>|\s)+/g, ' ').trim()

function attributesOf(text: string): Attributes {
  const pairs = text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)
  return new Map([...pairs].map(([, name = '', value = '']) => [name, unescaped(value)]))
}

const entities: Readonly<Record<string, string>> = {
  'amp': '&',
  'lt': '<',
  'gt': '>',
  'quot': '"',
  '#39': "'",
  '#96': '`',
}
const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|#96);/g, (whole, name: string) => entities[name] ?? whole)
