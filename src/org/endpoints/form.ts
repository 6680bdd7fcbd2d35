/** Form bodies: application/x-www-form-urlencoded, each name once (SF-11, SF-13). */
import { fault, ok, type Result } from '../../values/result.ts'

/** Names to values, decoded; an empty value is kept as an empty text. */
export type Form = ReadonlyMap<string, string>

/** The fault is the name that was given twice, or undefined where the text is not decodable. */
export type FormFault = { readonly twice: string | undefined }

/** Parses by hand: it runs on every token request, and needs nothing but names, values and the refusal of a second. */
export function parseForm(text: string): Result<Form, FormFault> {
  const form = new Map<string, string>()
  let at = 0
  let equals = -1 // looked for again only once it is behind: a text of separators alone would be searched to its end for each of them
  while (at < text.length) {
    const end = placeOf('&', text, at)
    if (equals < at) equals = placeOf('=', text, at)
    const split = Math.min(equals, end)
    const name = decode(text.slice(at, split))
    const value = decode(text.slice(split + 1, end))
    if (name === undefined || value === undefined) return fault({ twice: undefined })
    if (name !== '' && form.has(name)) return fault({ twice: name })
    if (name !== '') form.set(name, value)
    at = end + 1
  }
  return ok(form)
}

/** The end of the text where there is none. */
function placeOf(sign: string, text: string, from: number): number {
  const found = text.indexOf(sign, from)
  return found === -1 ? text.length : found
}

const plain = /^[^%+]*$/

function decode(text: string): string | undefined {
  if (plain.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined // a broken percent escape
  }
}

/** multipart/form-data, as one Salesforce client sends it (SF-12); read by the platform's own parser. */
export async function parseMultipart(body: Uint8Array, contentType: string): Promise<Result<Form, FormFault>> {
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- warned of for bodies without a limit; ours has one (server.ts)
    const data = await new Response(Buffer.from(body), { headers: { 'content-type': contentType } }).formData()
    const form = new Map<string, string>()
    for (const [name, value] of data) {
      if (typeof value !== 'string') continue // a file is no parameter
      if (form.has(name)) return fault({ twice: name })
      form.set(name, value)
    }
    return ok(form)
  } catch {
    return fault({ twice: undefined })
  }
}
