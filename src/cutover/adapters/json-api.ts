/** A JSON API behind a bearer token, as org, gateway and keeper have one. */
import type { Clock } from '../../values/domain.ts'
import { plainWords } from './foreign-words.ts'
import { openOtherClock, type OtherClock } from './other-clock.ts'
import type { Secret } from '../../values/secret.ts'

export type JsonAnswer = { readonly status: number; readonly body: Fields; readonly etag: string | undefined }
export type Fields = Readonly<Record<string, unknown>>

export type JsonApi = {
  /** Any status is an answer; rejects where none comes in time. Redirects are not followed. */
  readonly ask: (
    method: string,
    path: string,
    more?: { readonly body?: unknown; readonly ifMatch?: string },
  ) => Promise<JsonAnswer>
  /** Of whoever answers, where ours was given. */
  readonly theirClock?: OtherClock
}

const patience = 30_000 // ms
const longest = 1000

/** What no header takes would be quoted, whole, by whoever refuses to send it. */
const sendable = /^[\x21-\x7e]+$/
export const unsendable = 'has spaces or letters in it that no token has'

export type JsonApiParts = {
  /** With its prefix, e.g. `http://127.0.0.1:8480/admin/v1`. */
  readonly base: string
  readonly token: Secret
  /** Ours, against which theirs is measured; it is not measured where it is left out. */
  readonly clock?: Clock
}

export function openJsonApi({ base, token, clock }: JsonApiParts): JsonApi {
  const theirClock = clock === undefined ? undefined : openOtherClock()
  return {
    ...(theirClock === undefined ? {} : { theirClock }),
    async ask(method, path, { body, ifMatch } = {}) {
      if (!sendable.test(token.expose())) throw new Error(`the token for ${new URL(base).origin} ${unsendable}`)
      const asked = clock?.()
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token.expose()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(patience),
      }).catch((cause: unknown) => {
        throw new Error(`${new URL(base).origin} does not answer (${reasonOf(cause)})`, { cause })
      })
      if (clock !== undefined) theirClock?.heard(response.headers.get('date'), asked ?? clock(), clock())
      // what is answered may come to stand in a journal, and some servers repeat what they were sent
      const text = (await response.text()).replaceAll(token.expose(), '[secret]')
      return {
        status: response.status,
        body: fieldsIn(text),
        etag: /^"(.*)"$/.exec(response.headers.get('etag') ?? '')?.[1],
      }
    },
  }
}

/** What lies beneath "fetch failed". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { cause: below } = cause
  if (below instanceof Error) return 'code' in below ? String(below.code) : below.message
  return cause.name === 'TimeoutError' ? `not within ${patience / 1000} s` : cause.message
}

function fieldsIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : {}
  } catch {
    return {}
  }
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const listIn = (body: Fields, name: string): readonly Fields[] => {
  const list = body[name]
  return Array.isArray(list) ? list.filter(isFields) : []
}
export const textIn = (body: Fields, name: string): string | undefined => {
  const value = body[name]
  return typeof value === 'string' ? value : undefined
}
export const numberIn = (body: Fields, name: string): number | undefined => {
  const value = body[name]
  return typeof value === 'number' ? value : undefined
}

export const unreadable = 'nothing that can be read'

/** Of an answer that is no success, in one line. */
export function refusalOf({ status, body }: JsonAnswer, who: string): Error {
  const said = textIn(body, 'detail') ?? textIn(body, 'title') ?? unreadable
  return new Error(`${who} answered ${status}: ${plainWords(said, longest)}`)
}
