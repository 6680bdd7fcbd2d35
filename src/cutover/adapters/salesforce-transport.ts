/** What jsforce sends by. It follows redirects with all headers, wherever they lead: here they lead to no other origin, since the token opens this one. */
import type { Connection } from 'jsforce'
import type { Clock } from '../../values/domain.ts'
import type { OtherClock } from './other-clock.ts'

export type TransportTerms = {
  readonly instance: string
  readonly clock: Clock
  /** Hears the Date of each answer. */
  readonly theirClock: OtherClock
}

type Transport = Connection['_transport']
type Options = NonNullable<Parameters<Transport['httpRequest']>[1]>

/** Of this connection alone. */
export function guardTransport(connection: Connection, { instance, clock, theirClock }: TransportTerms): void {
  const { _transport: transport } = connection
  const send = transport.httpRequest.bind(transport)
  transport.httpRequest = (request, options = {}) => {
    const followRedirect: Options['followRedirect'] = (leads) => {
      const to = URL.parse(leads, request.url)
      if (to?.origin === new URL(request.url).origin)
        return { method: 'GET', url: to.href, ...(request.headers === undefined ? {} : { headers: request.headers }) }
      throw new Error(
        `${instance} leads to ${to?.origin ?? 'what is no URL'}, where the access token is not sent. If the org has moved there, write that as instance.`,
      )
    }
    const asked = clock()
    const sent = send(request, { ...options, followRedirect })
    sent.then(
      ({ headers }) => theirClock.heard(headers?.['date'], asked, clock()),
      () => undefined,
    )
    return sent
  }
}
