/** A browser without a screen: keeps cookies, leaves from a chosen address, follows only when told to, fills in forms. */
import { request, type IncomingHttpHeaders } from 'node:http'

export type Page = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Of a redirect, as it was sent. */
  readonly location: string
}

export type Visitor = {
  readonly cookies: Map<string, string>
  get(path: string): Promise<Page>
  post(path: string, form: Readonly<Record<string, string>> | string): Promise<Page>
  /** Posts the page's form with its hidden fields, these fields added or replaced, and the button pressed. */
  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page>
  /** GETs what the redirect names. */
  follow(page: Page): Promise<Page>
}

export function openVisitor(
  origin: string,
  { from = '127.0.0.1', forwardedFor }: { readonly from?: string; readonly forwardedFor?: string } = {},
): Visitor {
  const cookies = new Map<string, string>()
  const send = async (method: string, path: string, body?: string): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      ...(cookie === '' ? {} : { cookie }),
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const page = await exchange(new URL(path, origin), { method, headers, localAddress: from, body })
    for (const line of page.headers['set-cookie'] ?? []) keep(cookies, line)
    return page
  }
  const visitor: Visitor = {
    cookies,
    get: (path) => send('GET', path),
    post: (path, form) =>
      send('POST', path, typeof form === 'string' ? form : String(new URLSearchParams({ ...form }))),
    submit: (page, fields) => visitor.post(actionOf(page), { ...hiddenFields(page), ...fields }),
    follow: (page) => visitor.get(page.location),
  }
  return visitor
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const name = pair.slice(0, pair.indexOf('='))
  if (attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, pair.slice(name.length + 1))
}

type Sent = {
  readonly method: string
  readonly headers: Record<string, string>
  readonly localAddress: string
  readonly body: string | undefined
}

function exchange(url: URL, { body, ...options }: Sent): Promise<Page> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, agent: false, path: url.pathname + url.search }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { headers, statusCode = 0 } = response
        resolve({ status: statusCode, headers, body: text, location: headers.location ?? '' })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export function actionOf({ body }: Page): string {
  return unescaped(/<form[^>]*action="([^"]*)"/.exec(body)?.[1] ?? '')
}

export function hiddenFields({ body }: Page): Record<string, string> {
  const fields = body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [unescaped(name ?? ''), unescaped(value ?? '')]))
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
}

function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|#96);/g, (entity) => entities[entity] ?? entity)
}
