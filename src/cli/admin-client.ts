/** The API of a service as commands speak to it (P-14): every refusal becomes a Complaint in the service's own words. */
import { isRecord } from '../documents/words.ts'
import { Complaint, complaint, type Trouble } from './complaint.ts'
import { httpExchange, type Outgoing, type Reply } from './http-exchange.ts'
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
  /** `path` follows that of the API. Throws a Complaint for every reply outside 2xx that is not accepted. */
  readonly ask: (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, what?: AdminAsk) => Promise<AdminReply>
}

/** Whose API it is, in the words of a complaint. */
export type Service = {
  readonly name: string
  /** Path of the API: /admin/v1 if not said. */
  readonly at?: string
  /** The token by its name, and the variable that gives it: those of admin APIs if not said. */
  readonly token?: { readonly called: string; readonly variable: string }
  /** What starts it, and how another one is named. */
  readonly next: readonly string[]
}

const theOrg: Service = { name: 'org', next: ['sallyport up', 'Or name another: --org URL'] }

export function openAdminClient(url: string, { token, from }: FoundToken, service: Service = theOrg): AdminClient {
  const { at = '/admin/v1' } = service
  return {
    url,
    async ask(method, path, { body, ifMatch, accept = [] } = {}) {
      const response = await send(service, new URL(`${url}${at}${path}`), {
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token.expose()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const { status, headers } = response
      const reply = { status, etag: headers.etag, body: parsed(response.body) }
      if ((status >= 200 && status < 300) || accept.includes(status)) return reply
      throw status === 401 ? notAdmitted(service, url, from) : refused(reply, url, service)
    },
  }
}

async function send({ name, next }: Service, url: URL, outgoing: Outgoing): Promise<Reply> {
  try {
    return await httpExchange(url, outgoing)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw complaint(`No ${name} answers at ${url.origin}${reason}.`, ...next)
  }
}

/** The text itself where it is no JSON: some other server answers there, and the status says the rest. */
function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}

function notAdmitted({ name, token = theAdminToken }: Service, url: string, from: string): Complaint {
  const elsewhere = name === 'org' ? ', or name the org whose data folder this is: --org URL' : '.'
  return complaint(
    `The ${name} at ${url} does not accept the ${token.called} from ${from}.`,
    `Set ${token.variable} to the token of that ${name}${elsewhere}`,
  )
}

const theAdminToken = { called: 'admin token', variable: 'SALLYPORT_ADMIN_TOKEN' }

/** RFC 9457; where several things are wrong, each has its own line. */
function refused({ status, body }: AdminReply, url: string, { name, next }: Service): Complaint {
  const problem = isRecord(body) ? body : {}
  const several = Array.isArray(problem['faults']) ? problem['faults'].flatMap(troubleOf) : []
  const whole = troubleOf(problem)
  if (several.length > 0) return new Complaint(several)
  if (whole.length > 0) return new Complaint(whole)
  return complaint(`${url} answered ${status}, in words that are not those of the API of a ${name}.`, ...next)
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
