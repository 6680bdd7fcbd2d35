/** Waiting for the end of a login, which another process over the same vault may see. */
import { instant, seconds } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { KeeperError } from '../keeper-error.ts'
import type { Connecting, ConnectionView } from '../keeper-face.ts'
import { findAuthorization, type StoredAuthorization } from '../store/authorizations.ts'
import type { Begun } from './begin.ts'
import { errorFrom, errorText, overdue, type ConnectParts } from './parts.ts'

export type Room = {
  readonly connecting: (begun: Begun, key: ConnectionKey, stopped?: () => void) => Connecting
  readonly cancel: (begun: Begun, why: string) => Promise<void>
  /** Something has ended here: whoever waits looks at once. */
  readonly wake: () => void
  readonly close: () => void
}

/** Between two looks, where the end is seen elsewhere. */
const lookEvery = seconds(0.5)

export function openRoom(parts: ConnectParts, view: (key: ConnectionKey) => Promise<ConnectionView>): Room {
  const waiting = new Set<() => void>()
  let closed = false
  const wake = (): void => {
    for (const each of waiting) each()
    waiting.clear()
  }
  const pause = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.add(resolve)
    await Promise.race([parts.wait(lookEvery), promise])
    waiting.delete(resolve)
    if (closed) throw new KeeperError('CLOSED', 'This keeper is closed.')
  }
  const outcomeOf = async ({ number }: Begun, key: ConnectionKey): Promise<ConnectionView> => {
    for (;;) {
      const login = await parts.storage.read(() => findAuthorization(number))
      const failed = failureOf(parts, login)
      if (failed !== undefined) throw failed
      if (login !== undefined && login.closedAt !== null) return await view(key)
      await pause()
    }
  }
  const cancel = async ({ number }: Begun, why: string): Promise<void> => {
    await parts.storage.write('cancelAuthorization', { number, error: errorText(overdue(why)) })
    wake()
  }
  return {
    ...{ wake, cancel },
    connecting(begun, key, stopped = () => undefined) {
      let done: Promise<ConnectionView> | undefined
      const { url, ticket, state, redirectUri, expiresAt } = begun
      return {
        ...{ url, ticket, state, redirectUri, expiresAt: instant(expiresAt) },
        get done() {
          return (done ??= outcomeOf(begun, key).finally(stopped))
        },
        async cancel() {
          await cancel(begun, 'The login was given up.')
          stopped()
        },
      }
    },
    close() {
      closed = true
      wake()
    },
  }
}

/** Undefined while it may still come to something, and where it has. */
function failureOf({ clock, settings }: ConnectParts, login: StoredAuthorization | undefined): KeeperError | undefined {
  if (login === undefined) return overdue('The login was given up.')
  const { closedAt, error, takenAt, expiresAt, sealedReply } = login
  if (error !== null) return errorFrom(error)
  if (closedAt !== null || sealedReply !== null) return undefined
  if (takenAt !== null)
    return takenAt + settings.terms.lease < clock()
      ? overdue('Whoever had taken the callback has died with it.')
      : undefined
  return expiresAt <= clock() ? overdue('Nobody came back from the login within ten minutes.') : undefined
}
