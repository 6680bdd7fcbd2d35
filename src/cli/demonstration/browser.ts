/** The few things of a browser that a walk through the org's own pages needs: cookies, forms, and a local address to call from. */
import { httpExchange } from '../http-exchange.ts'

export type Page = { readonly status: number; readonly location: string | undefined; readonly body: string }

export type Browser = {
  readonly get: (path: string) => Promise<Page>
  readonly post: (path: string, fields: Readonly<Record<string, string>>) => Promise<Page>
}

/** `origin` is plain http on this machine; `from` a loopback address of it. */
export function openBrowser(origin: string, from: string): Browser {
  const cookies = new Map<string, string>()
  const visit = async (path: string, form?: string): Promise<Page> => {
    const headers = {
      'cookie': [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'user-agent': 'sallyport up',
      origin,
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const method = form === undefined ? 'GET' : 'POST'
    const reply = await httpExchange(new URL(path, origin), { method, headers, body: form, from })
    for (const line of reply.headers['set-cookie'] ?? []) keepCookie(cookies, line)
    return { status: reply.status, location: reply.headers.location, body: reply.body }
  }
  return {
    get: (path) => visit(path),
    post: (path, fields) => visit(path, new URLSearchParams(fields).toString()),
  }
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const [name, value] = [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]
  if (attributes.some((each) => each.trim().toLowerCase() === 'max-age=0')) cookies.delete(name)
  else cookies.set(name, value)
}

/** The first form of a page: where it posts to, and the hidden fields that it carries. */
export function formOf({
  body,
}: Page): { readonly action: string; readonly hidden: Record<string, string> } | undefined {
  const [form] = /<form\b[\s\S]*?<\/form>/.exec(body) ?? []
  const action = form && /\baction="([^"]*)"/.exec(form)?.[1]
  if (form === undefined || action === undefined) return undefined
  const hidden: [string, string][] = [...form.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(
    ([input]): [string, string] => [
      unescaped(/\bname="([^"]*)"/.exec(input)?.[1] ?? ''),
      unescaped(/\bvalue="([^"]*)"/.exec(input)?.[1] ?? ''),
    ],
  )
  return { action: unescaped(action), hidden: Object.fromEntries(hidden) }
}

const entities: Readonly<Record<string, string>> = {
  'amp': '&',
  'lt': '<',
  'gt': '>',
  'quot': '"',
  '#39': "'",
  '#x27': "'",
}

const unescaped = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
