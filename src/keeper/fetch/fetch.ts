/** Requests with a connection's access token, to its own hosts and nowhere else (P-28). */
import type { Storage } from '../../storage/storage.ts'
import type { Access } from '../access.ts'
import { RefusedAgain } from '../brake.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { unknownConnection } from '../error-of.ts'
import { KeeperError } from '../keeper-error.ts'
import type { AccessToken, FetchInit } from '../keeper-face.ts'
import type { LoginHosts } from '../rules/login-hosts.ts'
import { fetchTarget } from '../rules/salesforce-hosts.ts'
import { sessionIsOver } from '../rules/session-reply.ts'
import { findConnection } from '../store/connection-row.ts'
import type { KeeperWrites } from '../store/writes.ts'
import type { Transport } from '../transport/transport.ts'
import { readyRequest } from './request.ts'
import { LongerThanRead, readWhole, responseOf } from './response.ts'
import { send } from './send.ts'

export type FetchParts = {
  readonly storage: Pick<Storage<KeeperWrites>, 'read'>
  readonly transport: Pick<Transport, 'tunnel'>
  readonly access: Pick<Access, 'get'>
  readonly hosts: LoginHosts
}

/** Bytes of a 401 that are looked at. */
const longestRefusal = 256 * 1024

export async function fetchAs(
  { storage, transport, access, hosts: listed }: FetchParts,
  key: ConnectionKey,
  { pathOrUrl, init }: { readonly pathOrUrl: string; readonly init: FetchInit },
): Promise<Response> {
  const connection = await storage.read(() => findConnection(key))
  if (connection === undefined) throw unknownConnection(key)
  const { loginUrl } = connection
  const request = await readyRequest(init)
  if (connection.instanceUrl !== null) targetOf(pathOrUrl, { loginUrl, instanceUrl: connection.instanceUrl, listed })
  const ask = async ({ accessToken, instanceUrl }: AccessToken) => {
    const target = targetOf(pathOrUrl, { loginUrl, instanceUrl, listed })
    return { target, incoming: await send(transport, { target, token: accessToken, request }) }
  }
  const token = await access.get(key)
  const first = await ask(token)
  if (first.incoming.statusCode !== 401) return responseOf(first.incoming, first.target)
  const body = await readWhole(first.incoming, longestRefusal).catch((cause: unknown) => {
    throw cause instanceof LongerThanRead ? tooLong(first.target) : cause
  })
  if (!sessionIsOver(401, new TextDecoder().decode(body))) return responseOf(first.incoming, first.target, body)
  const another = await access.get(key, { refused: token.accessToken.expose() }).catch((cause: unknown) => {
    if (cause instanceof RefusedAgain) return undefined
    throw cause
  })
  if (another === undefined) return responseOf(first.incoming, first.target, body)
  if (request.body !== undefined && !(request.body instanceof Uint8Array))
    return responseOf(first.incoming, first.target, body) // the stream is spent; the next call has another token
  const second = await ask(another)
  return responseOf(second.incoming, second.target)
}

/** Whether it says that the session is over stands in it, and it cannot be handed on any more. */
const tooLong = ({ host }: URL): KeeperError =>
  new KeeperError(
    'SERVER_TROUBLE',
    `${host} answered 401 with more than ${longestRefusal / 1024} KiB, and was not read further.`,
    {
      next: [
        'Look at what answers there: the 401 of an org has some hundred bytes, so a proxy or a page of its own may stand in between.',
        'If the access token is the reason: accessToken(id, { refused }), and do it again.',
      ],
    },
  )

function targetOf(pathOrUrl: string, hosts: Parameters<typeof fetchTarget>[1]): URL {
  const target = fetchTarget(pathOrUrl, hosts)
  if (target.ok) return target.value
  throw new KeeperError('HOST_NOT_ALLOWED', target.fault, {
    next: [`Write a path, or a URL of ${hosts.instanceUrl ?? hosts.loginUrl}.`],
  })
}
