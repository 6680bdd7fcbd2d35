/** The admin API as commands speak to it (P-14): every refusal becomes a Complaint in the org's own words. */
import { isRecord } from '../documents/words.ts'
import { Complaint, complaint, type Trouble } from './complaint.ts'
import type { FoundToken } from './org-address.ts'

export type AdminReply = { readonly status: number; readonly etag: string | undefined; readonly body: unknown }

export type AdminAsk = {
  readonly body?: unknown
  /** Sent as If-Match: the change is refused where the object is no longer the one that was read. */
  readonly ifMatch?: string | undefined
  /** Statuses that the caller answers itself. */
  readonly accept?: readonly number[]
}

export type AdminClient = {
  readonly url: string
  /** `path` follows /admin/v1. Throws a Complaint for every reply outside 2xx that is not accepted. */
  readonly ask: (method: 'GET' | 'PUT' | 'POST', path: string, what?: AdminAsk) => Promise<AdminReply>
}

const timeout = 10_000

export function openAdminClient(url: string, { token, from }: FoundToken): AdminClient {
  return {
    url,
    async ask(method, path, { body, ifMatch, accept = [] } = {}) {
      const response = await send(`${url}/admin/v1${path}`, {
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token.expose()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeout),
      })
      const reply = {
        status: response.status,
        etag: response.headers.get('etag') ?? undefined,
        body: await read(response),
      }
      if (response.ok || accept.includes(reply.status)) return reply
      throw reply.status === 401 ? notAdmitted(url, from) : refused(reply, url)
    },
  }
}

async function send(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options)
  } catch (cause) {
    const { origin } = new URL(url)
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError'
    throw complaint(
      timedOut
        ? `The org at ${origin} did not answer within ${timeout / 1000} s.`
        : `No org answers at ${origin}${reasonOf(cause)}.`,
      'sallyport up',
      'Or name another: --org URL',
    )
  }
}

/** What `fetch` rejects with carries the socket's own fault inside. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? ` (${inner.code})` : ''
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return text // some other server answers there; the status says the rest
  }
}

const notAdmitted = (url: string, from: string): Complaint =>
  complaint(
    `The org at ${url} does not accept the admin token from ${from}.`,
    'Set SALLYPORT_ADMIN_TOKEN to the token of that org, or name the org whose data folder this is: --org URL',
  )

/** RFC 9457; where several things are wrong, each has its own line. */
function refused({ status, body }: AdminReply, url: string): Complaint {
  const problem = isRecord(body) ? body : {}
  const several = Array.isArray(problem['faults']) ? problem['faults'].flatMap(troubleOf) : []
  const whole = troubleOf(problem)
  if (several.length > 0) return new Complaint(several)
  if (whole.length > 0) return new Complaint(whole)
  return complaint(`${url} answered ${status}, in words that are not those of an org's admin API.`, '--org URL')
}

function troubleOf(problem: unknown): Trouble[] {
  if (!isRecord(problem)) return []
  const { detail, message, path } = problem
  const means = typeof message === 'string' && typeof path === 'string' && path !== '' ? `${path}: ${message}` : detail
  return typeof means === 'string' ? [{ means, next: textsOf(problem['next']) }] : []
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
