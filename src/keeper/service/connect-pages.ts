/** What a browser comes to without a token: the page of a reauthorization link, and the callback of a login. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pageOf, type Page } from '../connect/page.ts'
import { connectedPage, failedPage } from '../connect/words.ts'
import { KeeperError } from '../keeper-error.ts'
import { parseRedirect } from '../rules/authorization.ts'
import { refuseRebound } from './health.ts'
import type { ServiceParts } from './parts.ts'

export const callbackPath = '/oauth/callback'
export const startPath = (ticket: string): string => `/connect/start/${ticket}`
export const linkPath = (ticket: string): string => `/connect/${ticket}`

/** The app's own, unless that is for listeners on somebody's own machine; then this keeper's, which the app must have in Setup as well. */
export function redirectForLinks(publicUrl: string, ofApp: string | undefined): string {
  const parsed = ofApp === undefined ? undefined : parseRedirect(ofApp)
  return ofApp !== undefined && parsed?.ok === true && parsed.value.loopback === undefined
    ? ofApp
    : `${publicUrl}${callbackPath}`
}

export function registerConnectPages(server: FastifyInstance, parts: ServiceParts): void {
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1024 },
      (_request, _body, parsed) => parsed(null, undefined),
    )
    scope.addHook('onRequest', refuseRebound(parts))
    scope.setErrorHandler((error: FastifyError, _request, reply) => {
      if (!(error instanceof KeeperError))
        parts.log.error('keeper.page-failed', { cause: error.stack ?? error.message })
      return send(reply, failedPage(error))
    })
    scope.get<Linked>('/connect/start/:ticket', async (request, reply) => await startLogin(parts, request, reply))
    scope.get<Linked>('/connect/:ticket', async (request, reply) => await showLink(parts, request, reply))
    scope.post<Linked>('/connect/:ticket', async (request, reply) => await followLink(parts, request, reply))
    scope.get(callbackPath, async (request, reply) => await takeCallback(parts, request, reply))
    done()
  })
}

type Linked = { Params: { ticket: string } }

/** Whoever only looks at the link, e.g. to draw a preview of a message, has spent nothing of it. */
async function showLink(
  { keeper }: ServiceParts,
  { params }: FastifyRequest<Linked>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { id, app, loginUrl } = await keeper.openLink(params.ticket)
  const page = pageOf({
    ...{ status: 200, title: `Authorize ${id} again` },
    lines: [
      `The app ${app} has to be allowed to use Salesforce again. You are led to ${new URL(loginUrl).host}, where you log in as the user whom this connection belongs to, and allow it.`,
      'This page never asks for your password.',
    ],
    button: { action: linkPath(params.ticket), label: 'Continue to Salesforce' },
    mayLeadTo: loginUrl,
  })
  return send(reply, page)
}

/** Begun by a program for the person at this browser: from here on only the browser that was here first can end it. */
async function startLogin(
  { keeper, publicUrl, random }: ServiceParts,
  request: FastifyRequest<Linked>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const own = `${publicUrl()}${callbackPath}`
  const browser = browserOf(request, { own, random })
  const { url } = await keeper.startLogin(request.params.ticket, browser)
  return leadTo(reply.header('set-cookie', cookieOf(browser, own)), url)
}

const leadTo = (reply: FastifyReply, url: string): FastifyReply =>
  reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store').redirect(url, 303)

async function followLink(
  { keeper, publicUrl, random }: ServiceParts,
  request: FastifyRequest<Linked>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ticket } = request.params
  if (!isOwnButton(request)) throw elsewhere()
  const { app: name, tenant } = await keeper.openLink(ticket)
  const own = `${publicUrl()}${callbackPath}`
  const redirectUri = redirectForLinks(publicUrl(), (await keeper.app({ tenant, name }))?.redirectUri)
  // whoever sends the login page's address to somebody else gets nothing of his login: it has to end where it was begun (RFC 9700 section 4.7)
  const browser = redirectUri === own ? browserOf(request, { own, random }) : undefined
  const { url } = await keeper.connectByLink(ticket, { redirectUri, browser })
  if (browser !== undefined) reply.header('set-cookie', cookieOf(browser, own))
  return leadTo(reply, url)
}

/** What it carries already, or is to carry: the same for all logins of one browser. */
const browserOf = (
  request: FastifyRequest,
  { own, random }: { readonly own: string; readonly random: ServiceParts['random'] },
): string => carriedBy(request, own) ?? Buffer.from(random(32)).toString('base64url')

/** A page elsewhere could press it for somebody who has logged in to Salesforce, and nobody would have agreed to anything. Browsers say where a press comes
 *  from; Origin does not, since the page lets nothing of its address out. */
const isOwnButton = ({ headers }: FastifyRequest): boolean =>
  ['same-origin', 'none', undefined].includes(headers['sec-fetch-site']?.toString())

const elsewhere = (): KeeperError =>
  new KeeperError('INVALID', 'A page elsewhere has pressed the button of this link.', {
    next: ['Open the link itself, and press its button if you were told to.'],
  })

/** With the prefix no other host of the domain can put one of its own in its place (RFC 6265bis section 4.1.3.2); it is for https alone. */
const cookieName = (own: string): string => (own.startsWith('https:') ? '__Host-sallyport-login' : 'sallyport-login')

const cookieOf = (value: string, own: string): string =>
  `${cookieName(own)}=${value}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax${own.startsWith('https:') ? '; Secure' : ''}`

function carriedBy({ headers }: FastifyRequest, own: string): string | undefined {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=')
    if (name === cookieName(own) && value !== undefined && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}

/** Where it came to is this service's own, whatever the request line says: a proxy's form of it names any host. */
async function takeCallback(
  { keeper, publicUrl }: ServiceParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const own = `${publicUrl()}${callbackPath}`
  const query = /\?.*$/s.exec(request.url)?.[0] ?? ''
  const { id } = await keeper.takeCallback(`${own}${query}`, { browser: { carries: carriedBy(request, own) } })
  return send(reply, connectedPage(id))
}

const send = (reply: FastifyReply, { status, headers, body }: Page): FastifyReply =>
  reply.code(status).headers(headers).send(body)
