/** Links by which a person authorizes a connection again: a ticket that begins a login when its page is used, and is spent when that has succeeded. */
import { days, instant, minutes, type Duration } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { unknownConnection } from '../error-of.ts'
import { KeeperError } from '../keeper-error.ts'
import type { Connecting, OpenedLink } from '../keeper-face.ts'
import type { LinkTicket } from '../login-face.ts'
import { findConnection } from '../store/connection-row.ts'
import { findTicket } from '../store/tickets.ts'
import { begin, linkOver } from './begin.ts'
import { freshText, hashOf, notStored, type ConnectParts } from './parts.ts'
import type { Room } from './waiting.ts'

export type Links = {
  readonly link: (key: ConnectionKey, validFor?: Duration) => Promise<LinkTicket>
  readonly revokeLinks: (key: ConnectionKey) => Promise<number>
  readonly openLink: (ticket: string) => Promise<OpenedLink>
  readonly connectByLink: (ticket: string, wish: LinkWish) => Promise<Connecting>
}

export type LinkWish = { readonly redirectUri: string; readonly browser?: string | undefined }

/** For which a link is good where nothing is said, and at most. */
const usual = days(7)
const longest = days(90)

export function openLinks(parts: ConnectParts, room: Room): Links {
  const { storage, random } = parts
  const openLink = async (ticket: string): Promise<OpenedLink> => {
    const found = await storage.read(() => findTicket(hashOf(ticket)))
    if (found?.state !== 'good') throw linkOver()
    const connection = await storage.read(() => findConnection(found.key))
    if (connection === undefined) throw linkOver()
    const { app, loginUrl, orgId, userId } = connection
    return { ...found.key, app, loginUrl, orgId: orgId ?? undefined, userId: userId ?? undefined }
  }
  return {
    openLink,
    async link(key, validFor = usual) {
      if (!(validFor >= minutes(1) && validFor <= longest))
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
      return room.connecting(begun, key)
    },
  }
}
