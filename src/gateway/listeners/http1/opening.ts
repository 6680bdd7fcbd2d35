/** Between a request and the connection that it asks for. */
import { codeOf } from '../../relay/break-off.ts'
import { refusal } from '../../rules/refusal.ts'
import type { RequestHead } from '../../rules/wire/request-head.ts'
import type { Client, LiveTunnel, Dialled, TunnelAsk } from '../../tunnel.ts'
import { refuse } from './refuse.ts'
import type { Receiver, Session } from './session.ts'

/** Who asks, once it has proved it. */
export type Asker = { readonly client: Client; readonly pin: string | undefined; readonly passed?: string | undefined }
export type Opened = { readonly tunnel: LiveTunnel; readonly dialled: Dialled }

/** Dials, and answers the client itself when that fails. An end of the client's half is no sign that it has gone: it may wait for the reply. */
export function open(
  session: Session,
  request: { readonly head: RequestHead; readonly ask: Omit<TunnelAsk, 'from' | 'gone'> },
  use: (opened: Opened) => void,
): void {
  const { parts, connection } = session
  const gone = new AbortController()
  session.receiver = { ...waiting, close: () => gone.abort() }
  parts.open({ ...request.ask, from: connection.from, gone: gone.signal }).then(
    (opened) => (opened.ok ? use(opened.value) : refuse(session, opened.fault, request.head)),
    (error: unknown) => {
      parts.log.error('open-failed', { code: codeOf(error), error })
      refuse(session, refusal('INTERNAL'), request.head)
    },
  )
}

const waiting: Omit<Receiver, 'close'> = {
  data: () => undefined,
  end: () => undefined,
  drain: () => undefined,
  deadline: () => undefined,
}
