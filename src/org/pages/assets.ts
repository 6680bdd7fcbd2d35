/** What the pages load: one stylesheet and one drawing, named by their content so that a browser may keep them for ever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type Asset = {
  /** Begins with `/assets/` and holds the first 16 hexadecimal digits of the content's SHA-256. */
  readonly path: string
  readonly body: string
  /** Complete and ready to send, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

const stylesheet = asset('pages.css', 'text/css; charset=utf-8')
const icon = asset('gate.svg', 'image/svg+xml')

/** Everything to be served, each under its own path and under no other. */
export const assets: readonly Asset[] = [stylesheet, icon]
export const stylesheetPath: string = stylesheet.path
export const iconPath: string = icon.path

function asset(file: string, contentType: string): Asset {
  const body = readFileSync(new URL(file, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return { path: `/assets/${file.replace('.', `-${hash}.`)}`, body, headers: headersOf(contentType) }
}

function headersOf(contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox", // a drawing opened by itself is a document
  }
}
