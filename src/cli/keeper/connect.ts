/** `connect`: a login in a browser on this machine, and what it brings into the keeper. */
import { listenForCallback, type Answered, type Listener } from '../../keeper/connect/loopback.ts'
import { pageOf, type Page } from '../../keeper/connect/page.ts'
import { KeeperError } from '../../keeper/keeper-error.ts'
import { parseRedirect } from '../../keeper/rules/authorization.ts'
import { isRecord } from '../../documents/words.ts'
import { systemEnvironment } from '../../system.ts'
import { instant, seconds } from '../../values/time.ts'
import type { AdminClient, AdminReply } from '../admin-client.ts'
import { Complaint, complaint } from '../complaint.ts'
import { openLog } from '../log.ts'
import { openBrowser } from '../open-browser.ts'
import type { Terminal } from '../terminal.ts'
import { connectionPath, keeperOf, type KeeperClientFlags } from './keeper-address.ts'

export type ConnectFlags = KeeperClientFlags & {
  readonly app?: string
  readonly loginHint?: string
  readonly redirectUri?: string
  readonly allowOtherUser?: boolean
  readonly browser: boolean
}

type Fields = Readonly<Record<string, unknown>>
type Begun = { readonly url: string; readonly state: string; readonly redirectUri: string; readonly expiresAt: number }

export async function connectInBrowser(terminal: Terminal, connection: string, flags: ConnectFlags): Promise<void> {
  const keeper = keeperOf(terminal, flags)
  const { app, before } = await appAndConnection(keeper, connection, flags.app)
  const begun = await begin(keeper, app, { connection, flags })
  const isOwn = new URL(begun.redirectUri).origin === new URL(keeper.url).origin
  const ended = isOwn
    ? { outcome: waitForKeeper(terminal, keeper, { connection, before, begun }), close: () => Promise.resolve() }
    : await listen(terminal, keeper, begun)
  terminal.err(`Log in and allow it here, within ten minutes:\n  ${begun.url}`)
  if (flags.browser) openBrowser(begun.url)
  try {
    const view = await ended.outcome
    terminal.out(flags.json ? JSON.stringify(view) : lineOf(terminal, view))
  } finally {
    await ended.close()
  }
}

const lineOf = ({ paint }: Terminal, { id, user_id: user, org_id: org, app }: Fields): string =>
  `${paint.green('Connected')}: ${String(id)}, as the user ${String(user)} of the org ${String(org)}, by the app ${String(app)}`

/** The app that is named, else that of the connection, else the only one. */
async function appAndConnection(
  keeper: AdminClient,
  connection: string,
  named: string | undefined,
): Promise<{ readonly app: string; readonly before: Fields | undefined }> {
  const found = await keeper.ask('GET', connectionPath(connection), { accept: [404] })
  const before = found.status === 200 && isRecord(found.body) ? found.body : undefined
  const its = named ?? before?.['app']
  if (typeof its === 'string') return { app: its, before }
  const { body } = await keeper.ask('GET', '/apps')
  const apps = isRecord(body) && Array.isArray(body['apps']) ? body['apps'].filter(isRecord) : []
  const [only, another] = apps.map(({ name }) => String(name))
  if (only !== undefined && another === undefined) return { app: only, before }
  if (only === undefined)
    throw complaint(
      'The keeper has no app to log in with.',
      'Write one under keeper.apps in sallyport.yaml, and start the keeper again.',
    )
  throw complaint(
    'The keeper has several apps.',
    ...apps.map(({ name }) => `sallyport connect ${connection} --app ${String(name)}`),
  )
}

type Wish = { readonly connection: string; readonly flags: ConnectFlags }

async function begin(keeper: AdminClient, app: string, { connection, flags }: Wish): Promise<Begun> {
  const { loginHint, redirectUri, allowOtherUser } = flags
  const { body } = await keeper.ask('POST', `/apps/${encodeURIComponent(app)}/connect`, {
    body: {
      connection,
      ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }),
      ...(allowOtherUser === undefined ? {} : { allow_other_user: allowOtherUser }),
    },
  })
  const fields = isRecord(body) ? body : {}
  const { url, state, redirect_uri: back, expires_at: until } = fields
  if (typeof url !== 'string' || typeof state !== 'string' || typeof back !== 'string' || typeof until !== 'string')
    throw new Error(`${keeper.url} sent an answer that cannot be read`)
  return { url, state, redirectUri: back, expiresAt: instant(until) }
}

type Ending = { readonly outcome: Promise<Fields>; readonly close: () => Promise<void> }

/** On the redirect URI; what comes there is handed to the keeper. */
async function listen(terminal: Terminal, keeper: AdminClient, begun: Begun): Promise<Ending> {
  const { redirectUri, state } = begun
  const parsed = parseRedirect(redirectUri)
  if (!parsed.ok || parsed.value.loopback === undefined)
    throw complaint(
      `The app comes back to ${redirectUri}, where this command cannot listen.`,
      'Add http://localhost:1717/OauthRedirect to the callback URLs of the app in Setup, then: --redirect-uri http://localhost:1717/OauthRedirect',
    )
  const { promise: outcome, resolve, reject } = Promise.withResolvers<Fields>()
  outcome.catch(() => undefined) // it may fail before anybody waits for it
  const answer = async (url: string): Promise<Answered> => {
    const { page, over, end } = await handIn(keeper, url)
    if (over) setImmediate(() => (end instanceof Error ? reject(end) : resolve(end)))
    return { page, over }
  }
  const listener = await listening({ redirectUri, state, answer })
  const { clock } = systemEnvironment(openLog(terminal))
  const timer = setTimeout(() => reject(tooLate()), Math.max(0, begun.expiresAt - clock()))
  return {
    outcome,
    async close() {
      clearTimeout(timer)
      await listener.close()
    },
  }
}

const tooLate = (): Complaint =>
  complaint('Nobody came back from the login within ten minutes.', 'Run the same command again.')

async function listening(wish: Parameters<typeof listenForCallback>[0]): Promise<Listener> {
  try {
    return await listenForCallback(wish)
  } catch (cause) {
    throw cause instanceof KeeperError ? complaint(cause.message, ...cause.next) : cause
  }
}

type HandedIn = Answered & { readonly end: Fields | Error }

/** What the browser is shown, and what it means here. Where nothing was sent the page may be loaded again. */
async function handIn(keeper: AdminClient, url: string): Promise<HandedIn> {
  try {
    const { status, body }: AdminReply = await keeper.ask('POST', '/callback', { body: { url }, accept: [503] })
    const fields = isRecord(body) ? body : {}
    if (status === 503)
      return {
        page: page(503, [String(fields['detail']), 'Load this page again in a while.']),
        over: false,
        end: fields,
      }
    return {
      page: page(200, [`${String(fields['id'])} is authorized. You can close this window.`]),
      over: true,
      end: fields,
    }
  } catch (cause) {
    const lines =
      cause instanceof Complaint
        ? cause.troubles.flatMap(({ means, next }) => [means, ...next])
        : ['The terminal says why.']
    return { page: page(400, lines), over: true, end: cause instanceof Error ? cause : new Error(String(cause)) }
  }
}

const page = (status: number, lines: readonly string[]): Page =>
  pageOf({ status, title: status === 200 ? 'Connected' : 'Not connected', lines })

type Watch = { readonly connection: string; readonly before: Fields | undefined; readonly begun: Begun }

/** The browser comes back to the keeper itself: the connection tells when. */
async function waitForKeeper(
  terminal: Terminal,
  keeper: AdminClient,
  { connection, before, begun }: Watch,
): Promise<Fields> {
  const { clock, wait } = systemEnvironment(openLog(terminal))
  const mark = (view: Fields | undefined): string => JSON.stringify([view?.['created_at'], view?.['generation']])
  while (clock() < begun.expiresAt) {
    await wait(seconds(1))
    const { status, body } = await keeper.ask('GET', connectionPath(connection), { accept: [404] })
    if (status === 200 && isRecord(body) && mark(body) !== mark(before)) return body
  }
  throw tooLate()
}
