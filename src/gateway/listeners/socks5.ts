/** SOCKS5 on the port of the gateway: user and password, one CONNECT, and then the tunnel. */
import { Socket } from 'node:net'
import { parseAddress, type Address } from '../../ip/address.ts'
import type { Result } from '../../values/result.ts'
import type { GatewayParts } from '../parts.ts'
import type { Deadline } from '../relay/deadline-wheel.ts'
import { codeOf } from '../relay/break-off.ts'
import { relay, type RelayParts } from '../relay/relay.ts'
import type { Destination } from '../rules/destination/destination.ts'
import { readText } from '../rules/client/proxy-user.ts'
import { refusal, type Refusal } from '../rules/refusal.ts'
import {
  credentialsReply,
  methodReply,
  readCredentials,
  readMethods,
  readRequest,
  replyOf,
  requestReply,
  type SocksCredentials,
  type SocksReply,
  type SocksRequest,
} from '../rules/wire/socks.ts'
import type { Client, Dialled } from '../tunnel.ts'
import type { Connection } from './connection.ts'
import { gather } from './gather.ts'
import { sayGoodbye } from './goodbye.ts'

export type SocksParts = RelayParts & Pick<GatewayParts, 'clients' | 'open' | 'refused' | 'draining' | 'log'>

type Session = {
  readonly parts: SocksParts
  readonly connection: Connection
  readonly deadline: Deadline
  readonly closed: () => void
}

/** Speaks SOCKS5 with each connection that it is handed. The whole request has to be there within the deadline for a header. */
export function openSocks5(parts: SocksParts): (connection: Connection) => void {
  return (connection) => {
    const { socket } = connection
    const deadline = parts.wheel.deadline(() => socket.destroy())
    const session = { parts, connection, deadline, closed: () => parts.wheel.clear(deadline) }
    parts.wheel.set(deadline, parts.deadlines().header)
    socket.once('close', session.closed)
    takeMethods(session)
  }
}

function takeMethods(session: Session): void {
  const { socket, head } = session.connection
  const take = (bytes: Buffer): boolean => {
    const methods = readMethods(bytes, 0)
    if (methods.kind === 'more') return false
    if (methods.kind === 'malformed') return turnAway(session, malformed(methods.why))
    if (!methods.value) return turnAway(session, refusal('CREDENTIALS_MISSING'), methodReply(false))
    socket.write(methodReply(true))
    takeCredentials(session, bytes.subarray(methods.used))
    return true
  }
  gather(socket, take, head)
}

function takeCredentials(session: Session, start: Buffer): void {
  const { socket, from, authenticated } = session.connection
  const take = (bytes: Buffer): boolean => {
    const given = readCredentials(bytes, 0)
    if (given.kind === 'more') return false
    if (given.kind === 'malformed') return turnAway(session, malformed(given.why))
    const proof = asText(given.value)
    const judge = (): Judged => session.parts.clients.authenticate(proof, from)
    const judged = judge()
    // who may not pin has shown the right password: SOCKS5 would call it wrong here, so that the request is refused instead
    if (!judged.ok && judged.fault.code !== 'PIN_NOT_PERMITTED')
      return turnAway(session, judged.fault, credentialsReply(false))
    authenticated()
    socket.write(credentialsReply(true))
    takeRequest(session, { judge, start: bytes.subarray(given.used) })
    return true
  }
  gather(socket, take, start)
}

const asText = ({ user, password }: SocksCredentials) => ({ user: readText(user), password: readText(password) })

type Judged = Result<{ readonly client: Client; readonly pin: string | undefined }, Refusal>

/** Judged again, since a reload may have come between: every request is answered by the configuration of its moment (L-81). */
function takeRequest(
  session: Session,
  { judge, start }: { readonly judge: () => Judged; readonly start: Buffer },
): void {
  const { parts, connection, deadline, closed } = session
  const take = (bytes: Buffer): boolean => {
    const request = readRequest(bytes, 0)
    if (request.kind === 'more') return false
    parts.wheel.clear(deadline)
    connection.socket.off('close', closed)
    if (request.kind === 'malformed') return refuse(session, malformed(request.why))
    if (request.kind === 'address-type') return refuse(session, malformed('its type of address is unknown'), 8)
    const destination = destinationOf(request.value, parts.draining())
    const judged = judge()
    if (!judged.ok) return refuse(session, judged.fault)
    if (!destination.ok) return refuse(session, destination.fault.refused, destination.fault.reply)
    const ask = { ...judged.value, destination: destination.value, early: bytes.subarray(request.used) }
    openTunnel(session, ask).catch((cause: unknown) => failed(session, cause))
    return true
  }
  gather(connection.socket, take, start)
}

type Unanswerable = { readonly refused: Refusal; readonly reply?: SocksReply }

function destinationOf({ command, destination }: SocksRequest, draining: boolean): Result<Destination, Unanswerable> {
  const commandUnknown = { refused: malformed(`${command} is not CONNECT`), reply: 7 } as const
  if (command !== 'connect') return { ok: false, fault: commandUnknown }
  if (draining) return { ok: false, fault: { refused: refusal('DRAINING') } }
  return destination.ok ? destination : { ok: false, fault: { refused: malformed(destination.fault) } }
}

type Ask = {
  readonly client: Client
  readonly pin: string | undefined
  readonly destination: Destination
  readonly early: Buffer
}

async function openTunnel({ parts, connection }: Session, { client, pin, destination, early }: Ask): Promise<void> {
  const { socket, from } = connection
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  socket.once('close', leave)
  const opened = await parts.open({ kind: 'socks5', client, from, destination, pin, gone: gone.signal })
  socket.off('close', leave)
  if (!opened.ok) return sayGoodbye(socket, requestReply(replyOf(opened.fault)))
  socket.write(requestReply(0, boundOf(opened.value.dialled)))
  relay(parts, { client: socket, early, ...opened.value })
}

/** BND.ADDR is the address that the destination sees; the port is known only where nobody else dials. */
function boundOf({ socket, address, observed }: Dialled): { address: Address; port: number } | undefined {
  const parsed = address === undefined ? undefined : parseAddress(address)
  if (parsed?.ok !== true) return undefined
  return { address: parsed.value, port: observed && socket instanceof Socket ? (socket.localPort ?? 0) : 0 }
}

const malformed = (why: string): Refusal => refusal('REQUEST_MALFORMED', { why })

/** Before there is a request that could be answered. */
function turnAway({ parts, connection }: Session, why: Refusal, words?: Uint8Array): true {
  parts.refused(why, { from: connection.from, over: 'socks5' })
  if (words === undefined) connection.socket.destroy()
  else sayGoodbye(connection.socket, words)
  return true
}

function refuse(session: Session, why: Refusal, reply = replyOf(why)): true {
  return turnAway(session, why, requestReply(reply))
}

function failed({ parts, connection }: Session, cause: unknown): void {
  parts.log.error('tunnel-failed', { code: codeOf(cause), cause: cause instanceof Error ? cause.stack : String(cause) })
  sayGoodbye(connection.socket, requestReply(1))
}
