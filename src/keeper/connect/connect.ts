/** How a connection comes to be: a person logs in at the org, with PKCE, and what the org grants is taken into the vault. */
import { days, instant, seconds, type Duration } from '../../values/time.ts'
import type { Access } from '../access.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { unknownConnection } from '../error-of.ts'
import { KeeperError } from '../keeper-error.ts'
import type { Connecting, ConnectionView, ConnectWish, LinkTicket, OpenedLink } from '../keeper-face.ts'
import { findAuthorization } from '../store/authorizations.ts'
import { findConnection } from '../store/connection-row.ts'
import { findTicket } from '../store/tickets.ts'
import { begin, linkOver, type Begun } from './begin.ts'
import type { Listener } from './loopback.ts'
import { errorFrom, errorText, freshText, hashOf, notStored, overdue, type ConnectParts } from './parts.ts'
import { takeCallback, type TakeOptions } from './take-callback.ts'

export type Connect = {
  readonly connect: (app: string, key: ConnectionKey, wish: ConnectWish) => Promise<Connecting>
  readonly takeCallback: (url: string, options: TakeOptions) => Promise<ConnectionView>
  readonly link: (key: ConnectionKey, validFor?: Duration) => Promise<LinkTicket>
  readonly revokeLinks: (key: ConnectionKey) => Promise<number>
  readonly openLink: (ticket: string) => Promise<OpenedLink>
  readonly connectByLink: (
    ticket: string,
    wish: { readonly redirectUri: string; readonly browser?: string | undefined },
  ) => Promise<Connecting>
  readonly close: () => Promise<void>
}

export type ConnectMeans = {
  readonly access: Access
  readonly find: (key: ConnectionKey) => Promise<ConnectionView | undefined>
  readonly checkKey: (key: ConnectionKey) => void
}

export function openConnect(parts: ConnectParts, { access, find, checkKey }: ConnectMeans): Connect {
  const view = async (key: ConnectionKey): Promise<ConnectionView> => {
    const found = await find(key)
    if (found === undefined) throw unknownConnection(key)
    return found
  }
  const listeners = new Set<Listener>()
  const state = { closed: false }
  const take = async (url: string, options: TakeOptions): Promise<ConnectionView> => {
    const { key } = await takeCallback(parts, url, options)
    access.forget(key)
    return await view(key)
  }
  const cancel = async ({ number }: Begun, why: string): Promise<void> => {
    await parts.storage.write('cancelAuthorization', { number, error: errorText(overdue(why)) })
  }
  const waiting = (begun: Begun, key: ConnectionKey, stopped: () => void): Connecting => {
    let done: Promise<ConnectionView> | undefined
    const wait = async (): Promise<ConnectionView> => {
      try {
        return await outcomeOf(parts, begun, { key, view, state })
      } finally {
        stopped()
      }
    }
    const { url, state: text, redirectUri, expiresAt } = begun
    return {
      ...{ url, state: text, redirectUri, expiresAt: instant(expiresAt) },
      get done() {
        return (done ??= wait())
      },
      async cancel() {
        await cancel(begun, 'The login was given up.')
        stopped()
      },
    }
  }
  const listen = async (begun: Begun, key: ConnectionKey): Promise<Listener> => {
    const [{ listenForCallback }, { answeredBy }] = await Promise.all([import('./loopback.ts'), import('./words.ts')])
    const answer = async (url: string) =>
      await answeredBy(key.id, async () => await take(url, { tenant: key.tenant, browser: 'not-asked' }))
    return await listenForCallback({ redirectUri: begun.redirectUri, state: begun.state, answer })
  }
  return {
    async connect(app, key, { id: _id, tenant: _tenant, callback, ...wish }) {
      checkKey(key)
      const begun = await begin(parts, { ...wish, key, app })
      if ((callback ?? (begun.loopback === undefined ? 'web' : 'loopback')) === 'web')
        return waiting(begun, key, () => undefined)
      if (begun.loopback === undefined)
        throw new KeeperError('INVALID', `Nobody can listen on ${begun.redirectUri} here.`, {
          next: ["Say callback: 'web', and hand the callback to takeCallback."],
        })
      const listener = await listen(begun, key).catch(async (cause: unknown) => {
        await cancel(begun, 'The port of the redirect URI was not free.')
        throw cause
      })
      listeners.add(listener)
      const timer = setTimeout(() => stop(), Math.max(0, begun.expiresAt - parts.clock()))
      const stop = (): void => {
        clearTimeout(timer)
        listeners.delete(listener)
        void listener.close()
      }
      return waiting(begun, key, stop)
    },
    takeCallback: take,
    ...linksOf(parts, waiting),
    async close() {
      state.closed = true
      await Promise.all([...listeners].map((each) => each.close()))
    },
  }
}

/** Between two looks of whoever waits for a login that another process may see the end of. */
const lookEvery = seconds(0.5)

type Waiting = {
  readonly view: (key: ConnectionKey) => Promise<ConnectionView>
  readonly key: ConnectionKey
  readonly state: { readonly closed: boolean }
}

async function outcomeOf(
  parts: ConnectParts,
  { number }: Begun,
  { key, view, state }: Waiting,
): Promise<ConnectionView> {
  for (;;) {
    const login = await parts.storage.read(() => findAuthorization(number))
    if (login === undefined) throw overdue('The login was given up.')
    if (login.closedAt !== null && login.error !== null) throw errorFrom(login.error)
    if (login.closedAt !== null) return await view(key)
    if (login.takenAt === null && login.expiresAt <= parts.clock())
      throw overdue('Nobody came back from the login within ten minutes.')
    await parts.wait(lookEvery)
    if (state.closed) throw new KeeperError('CLOSED', 'This keeper is closed.')
  }
}

/** For which a link is good where nothing is said, and at most. */
const usualLink = days(7)
const longestLink = days(90)

type Waiter = (begun: Begun, key: ConnectionKey, stopped: () => void) => Connecting

function linksOf(
  parts: ConnectParts,
  waiting: Waiter,
): Pick<Connect, 'link' | 'revokeLinks' | 'openLink' | 'connectByLink'> {
  const { storage, random } = parts
  const find = async (ticket: string): Promise<ConnectionKey> => {
    const found = await storage.read(() => findTicket(hashOf(ticket)))
    if (found?.state !== 'good') throw linkOver()
    return found.key
  }
  const openLink = async (ticket: string): Promise<OpenedLink> => {
    const key = await find(ticket)
    const connection = await storage.read(() => findConnection(key))
    if (connection === undefined) throw linkOver()
    const { app, loginUrl, orgId, userId } = connection
    return { ...key, app, loginUrl, orgId: orgId ?? undefined, userId: userId ?? undefined }
  }
  return {
    openLink,
    async link(key, validFor = usualLink) {
      if (!(validFor >= 60_000 && validFor <= longestLink))
        throw new KeeperError('INVALID', 'A link is good for a minute at least and for 90 days at most.', {
          next: ['Leave it out for 7 days.'],
        })
      const ticket = freshText(random)
      const result = await storage.write('makeTicket', { hash: hashOf(ticket.expose()), key, forMs: validFor })
      if (result.kind !== 'committed') throw notStored(`the link for ${key.id}`)
      if (result.value.kind === 'unknown') throw unknownConnection(key)
      return { ticket, expiresAt: instant(result.value.expiresAt) }
    },
    async revokeLinks(key) {
      const result = await storage.write('revokeTickets', key)
      if (result.kind !== 'committed') throw notStored(`that the links of ${key.id} are withdrawn`)
      return result.value
    },
    async connectByLink(ticket, { redirectUri, browser }) {
      const { app, tenant, id } = await openLink(ticket)
      const key = { tenant, id }
      const begun = await begin(parts, { key, app, redirectUri, browser, ticketHash: hashOf(ticket) })
      return waiting(begun, key, () => undefined)
    },
  }
}
