/** How a connection comes to be: a person logs in at the org, with PKCE, and what the org grants is taken into the vault. */
import type { Access } from '../access.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { unknownConnection } from '../error-of.ts'
import { KeeperError } from '../keeper-error.ts'
import type { Connecting, ConnectionView } from '../keeper-face.ts'
import type { ConnectWish } from '../login-face.ts'
import { begin, start, type Begun } from './begin.ts'
import { openLinks, type Links } from './links.ts'
import type { Listener } from './loopback.ts'
import type { ConnectParts } from './parts.ts'
import { takeCallback, type TakeOptions } from './take-callback.ts'
import { openRoom, type Room } from './waiting.ts'

export type Connect = Links & {
  readonly connect: (app: string, key: ConnectionKey, wish: ConnectWish) => Promise<Connecting>
  readonly startLogin: (ticket: string, browser: string) => Promise<{ readonly url: string }>
  readonly takeCallback: (url: string, options: TakeOptions) => Promise<ConnectionView>
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
  const room = openRoom(parts, view)
  const take = async (url: string, options: TakeOptions): Promise<ConnectionView> => {
    try {
      const { key } = await parts.underWay.count(async () => await takeCallback(parts, url, options))
      access.forget(key)
      return await view(key)
    } finally {
      room.wake()
    }
  }
  const loopbacks = openLoopbacks(parts, room, take)
  return {
    async connect(app, key, { id: _id, tenant: _tenant, callback, ...wish }) {
      checkKey(key)
      const begun = await begin(parts, { ...wish, key, app })
      const listens = callback ?? (begun.loopback === undefined ? 'web' : 'loopback')
      return listens === 'web' ? room.connecting(begun, key) : await loopbacks.connecting(begun, key)
    },
    startLogin: async (ticket, browser) => await start(parts, ticket, browser),
    takeCallback: take,
    ...openLinks(parts, room),
    async close() {
      room.close()
      await loopbacks.close()
    },
  }
}

type Loopbacks = {
  readonly connecting: (begun: Begun, key: ConnectionKey) => Promise<Connecting>
  readonly close: () => Promise<void>
}

/** Listeners on redirect URIs: each until its answer has come, its time is over, or it is given up. */
function openLoopbacks(parts: ConnectParts, room: Room, take: Connect['takeCallback']): Loopbacks {
  const listeners = new Set<Listener>()
  const listen = async (begun: Begun, { tenant, id }: ConnectionKey): Promise<Listener> => {
    const [{ listenForCallback }, { answeredBy }] = await Promise.all([import('./loopback.ts'), import('./words.ts')])
    const answer = async (url: string) =>
      await answeredBy(id, async () => await take(url, { tenant, browser: 'not-asked' }))
    return await listenForCallback({ redirectUri: begun.redirectUri, state: begun.state, answer })
  }
  return {
    async connecting(begun, key) {
      if (begun.loopback === undefined)
        throw new KeeperError('INVALID', `Nobody can listen on ${begun.redirectUri} here.`, {
          next: ["Say callback: 'web', and hand the callback to takeCallback."],
        })
      const listener = await listen(begun, key).catch(async (cause: unknown) => {
        await room.cancel(begun, 'The port of the redirect URI was not free.')
        throw cause
      })
      listeners.add(listener)
      const stop = (): void => void listener.close()
      const timer = setTimeout(stop, Math.max(0, begun.expiresAt - parts.clock()))
      void listener.closed.then(() => clearTimeout(timer)).finally(() => listeners.delete(listener))
      return room.connecting(begun, key, stop)
    },
    async close() {
      await Promise.all([...listeners].map((each) => each.close()))
    },
  }
}
