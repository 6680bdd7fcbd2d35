/** What is wrong in a document that a person wrote, and where. */

/** Keys and indexes from the root. */
export type Path = readonly (string | number)[]

/** Counted from 1, as editors do. */
export type Where = { readonly file: string; readonly line: number; readonly column: number }

/** `path` as in `org.trustedProxies[1]`, empty for the document as a whole; `next` is an act to do. No value of a secret is ever in it. */
export type DocumentFault = {
  readonly path: string
  readonly where?: Where
  readonly message: string
  readonly next: string
}

export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

/** `sallyport.yaml:3:7: org.rotationMode: "stric" is none of …`, for a terminal. */
export function faultLine({ path, where, message }: DocumentFault): string {
  const place = where === undefined ? '' : `${where.file}:${where.line}:${where.column}: `
  return `${place}${path === '' ? '' : `${path}: `}${message}`
}
