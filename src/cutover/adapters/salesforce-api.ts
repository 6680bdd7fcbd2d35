/** The three calls of a Salesforce org that a cutover makes, by jsforce: retrieve, deploy, query. jsforce is no dependency of this package: it is loaded
 *  here and nowhere else, when the first call is made. */
import type { Connection } from 'jsforce'
import type { Clock } from '../../values/domain.ts'
import { openOtherClock, type OtherClock } from './other-clock.ts'
import type { Wait } from '../ports.ts'
import { plainWords } from './foreign-words.ts'
import { guardTransport } from './salesforce-transport.ts'
import { milliseconds, minutes, seconds, type Duration } from '../../values/time.ts'
import { isFields, listIn, textIn, type Fields } from './json-api.ts'

export type SalesforceApiParts = {
  /** Origin of the instance: `https://acme.my.salesforce.com`. */
  readonly instance: string
  /** `62.0` */
  readonly api: string
  /** Ours, against which that of the org is measured. */
  readonly clock: Clock
  /** What it is by now: asked again, once, where the org does not know the session any more. */
  readonly tokenOf: () => Promise<string>
  readonly times: SalesforceTimes
  readonly wait: (length: Duration) => Promise<void>
  /** For tests. */
  readonly load?: () => Promise<{ readonly Connection: typeof Connection }>
}

/** How long an answer may take, and how long a retrieve and a deploy, which wait in a queue of the org. */
export type SalesforceTimes = { readonly call: Duration; readonly retrieve: Duration; readonly deploy: Duration }

export const salesforceTimes: SalesforceTimes = { call: seconds(30), retrieve: minutes(2), deploy: minutes(10) }

export type DeployStatus = {
  readonly done: boolean
  readonly succeeded: boolean
  /** `Succeeded`, `Failed`, `InProgress`, … */
  readonly status: string
  /** What Salesforce says of it, in its own words. */
  readonly problems: readonly string[]
  /** It came to nothing for a cause that passes: somebody has cancelled it, or Salesforce has failed itself. */
  readonly isPassing: boolean
}

export type SalesforceApi = {
  /** The zip, base64 decoded, of all members or of those that are named. */
  readonly retrieve: (type: string, members: readonly string[], wait?: Wait) => Promise<Buffer>
  /** Resolves with the id, when it is accepted and before it has begun. */
  readonly deploy: (zip: Buffer, options: { readonly checkOnly: boolean }) => Promise<string>
  readonly deployStatus: (id: string) => Promise<DeployStatus>
  readonly cancelDeploy: (id: string) => Promise<void>
  /** All records of all pages; rejects where they are not whole. */
  readonly query: (soql: string) => Promise<readonly Fields[]>
  readonly theirClock: OtherClock
}

/** The org has answered, and says no; `code` without its prefix. What is not this is no answer. */
export class SalesforceRefusal extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message.startsWith(code) ? message : `${code}: ${message}`)
    this.name = 'SalesforceRefusal'
    this.code = code
  }
}

const expired = 'INVALID_SESSION_ID'
/** What may be otherwise in a minute. */
const passing = new Set([
  ...['SERVER_UNAVAILABLE', 'UNKNOWN_EXCEPTION', 'REQUEST_LIMIT_EXCEEDED', 'ALREADY_IN_PROCESS', 'LIMIT_EXCEEDED'],
  ...['REQUEST_RUNNING_TOO_LONG', 'UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT', 'FUNCTIONALITY_TEMPORARILY_UNAVAILABLE'],
])
const mostPages = 500

export function openSalesforceApi(parts: SalesforceApiParts): SalesforceApi {
  const theirClock = openOtherClock()
  const { ask, shown } = sessionOf({ ...parts, theirClock })
  return {
    theirClock,
    async retrieve(type, members, wait = parts.wait) {
      const unpackaged = { types: [{ name: type, members: [...members] }], version: parts.api }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsforce's types ask for fields that Salesforce does not need
      const request = { apiVersion: parts.api, singlePackage: true, unpackaged } as unknown as RetrieveRequest
      const { id } = await ask(async ({ metadata }) => ({ id: idOf(await metadata.retrieve(request)) }))
      return await finishRetrieve({ ...parts, wait }, { ask, shown }, id)
    },
    deploy: async (zip, { checkOnly }) =>
      await ask(async ({ metadata }) =>
        idOf(await metadata.deploy(zip, { checkOnly, singlePackage: true, rollbackOnError: true })),
      ),
    deployStatus: async (id) =>
      statusOf(await ask(async ({ metadata }) => await metadata.checkDeployStatus(id, true)), shown),
    async cancelDeploy(id) {
      await ask(async ({ metadata }) => await metadata.cancelDeploy(id))
    },
    query: async (soql) => await allPages(ask, soql),
  }
}

type RetrieveRequest = Parameters<Connection['metadata']['retrieve']>[0]
type CallParts = SalesforceApiParts & { readonly theirClock: OtherClock }
type Ask = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>
type Session = {
  readonly ask: Ask
  /** What the org has said, for people and journals: a server may repeat what it was sent. */
  readonly shown: (text: string) => string
}

/** One session for as long as the org knows it, a new one once after that. A session that is over is no refusal: nobody has looked at what was asked. */
function sessionOf(parts: CallParts): Session {
  let token: string | undefined
  const ask: Ask = async (work) => {
    token ??= await parts.tokenOf()
    const first = token
    try {
      return await callWith(parts, first, work)
    } catch (cause) {
      if (!isExpired(cause)) throw cause
    }
    token = await parts.tokenOf()
    if (token === first) throw expiredFor(parts)
    return await callWith(parts, token, work).catch((cause: unknown) => {
      throw isExpired(cause) ? expiredFor(parts) : cause
    })
  }
  return { ask, shown: (text) => withoutToken(text, token) }
}

const longest = 1000
const withoutToken = (text: string, token = ''): string =>
  plainWords(token === '' ? text : text.replaceAll(token, '[secret]'), longest)

const isExpired = (cause: unknown): boolean => cause instanceof SalesforceRefusal && cause.code === expired
const expiredFor = ({ instance }: SalesforceApiParts): Error =>
  new Error(
    `${instance} does not take the access token (any more): ${expired}. Write a new one where the cutover file says that it lies, and run it again: it goes on where it is.`,
  )

async function callWith<T>(
  { instance, api, times, clock, theirClock, load = () => import('jsforce') }: CallParts,
  accessToken: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const jsforce = await load().catch(absent)
  const connection = new jsforce.Connection({ instanceUrl: instance, accessToken, version: api })
  guardTransport(connection, { instance, clock, theirClock })
  const late = AbortSignal.timeout(times.call)
  const timeout = new Promise<never>((_resolve, reject) => {
    late.addEventListener('abort', () => reject(new Error(`${instance} did not answer within ${times.call / 1000} s`)))
  })
  try {
    return await Promise.race([work(connection), timeout])
  } catch (cause) {
    if (cause instanceof Error) cause.message = withoutToken(cause.message, accessToken)
    throw refusalOf(cause)
  }
}

function absent(cause: unknown): never {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause
  const message = 'A cutover of a Salesforce org needs jsforce, which is not installed. Run: npm install jsforce@3'
  throw new Error(message, { cause })
}

/** SOAP faults and REST errors of jsforce carry a code; what carries none, or one that passes, is no refusal. */
function refusalOf(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('errorCode' in cause) || typeof cause.errorCode !== 'string') return cause
  const code = plainWords(cause.errorCode.replace(/^\w+:/, ''))
  return passing.has(code) || code.startsWith('ERROR_HTTP_') ? cause : new SalesforceRefusal(code, cause.message)
}

function idOf(accepted: { readonly id?: unknown }): string {
  if (typeof accepted.id === 'string' && accepted.id !== '') return plainWords(accepted.id)
  throw new Error('Salesforce has accepted a call and has not said its id')
}

async function finishRetrieve(
  { times, wait }: SalesforceApiParts,
  { ask, shown }: Session,
  id: string,
): Promise<Buffer> {
  const poll = pollOf(times.retrieve)
  for (let waited = 0; waited <= times.retrieve; waited += poll) {
    const { done, success, status, errorStatusCode, errorMessage, zipFile } = await ask(
      async ({ metadata }) => await metadata.checkRetrieveStatus(id),
    )
    if (done && success) return Buffer.from(zipFile, 'base64')
    if (done) {
      const [code, words] = [errorStatusCode ?? 'RETRIEVE_FAILED', shown(errorMessage ?? status)]
      throw passing.has(code) ? new Error(`the retrieve ${id} failed: ${words}`) : new SalesforceRefusal(code, words)
    }
    await wait(poll)
  }
  throw new Error(`the retrieve ${id} was not done within ${times.retrieve / 1000} s`)
}

/** Between two looks: often enough for a short patience, and not more often than every second for a long one. */
export const pollOf = (patience: Duration): Duration => milliseconds(Math.min(1000, Math.max(20, patience / 30)))

function statusOf(answer: object, shown: Session['shown']): DeployStatus {
  const fields: Fields = { ...answer }
  const details = isFields(fields['details']) ? fields['details'] : {}
  const problems = listIn(details, 'componentFailures').map((each) =>
    [textIn(each, 'fullName'), textIn(each, 'problem')].filter(Boolean).join(': '),
  )
  const whole = textIn(fields, 'errorMessage')
  return {
    ...{ done: fields['done'] === true, succeeded: fields['success'] === true },
    status: shown(textIn(fields, 'status') ?? 'unknown'),
    problems: (whole === undefined ? problems : [whole, ...problems]).map(shown),
    isPassing: fields['status'] === 'Canceled' || passing.has(textIn(fields, 'errorStatusCode') ?? ''),
  }
}

async function allPages(ask: Ask, soql: string): Promise<readonly Fields[]> {
  let page = await ask(async (connection) => await connection.query(soql))
  const records: Fields[] = [...page.records]
  for (let pages = 1; !page.done; pages += 1) {
    const { nextRecordsUrl } = page
    if (nextRecordsUrl === undefined || pages >= mostPages)
      throw new Error(`the answer to a query is not whole after ${records.length} records`)
    page = await ask(async (connection) => await connection.queryMore(nextRecordsUrl))
    records.push(...page.records)
  }
  if (records.length !== page.totalSize)
    throw new Error(`a query brought ${records.length} of ${page.totalSize} records: something was changed meanwhile`)
  return records
}
