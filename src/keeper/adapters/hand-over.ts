/** Access tokens from the keeper, for jsforce and for @salesforce/core, which refreshes through jsforce. */
import { KeeperError } from '../keeper-error.ts'
import type { AccessToken, ConnectionName, Keeper } from '../keeper-face.ts'
import { openLifeCheck } from './lives-all-the-same.ts'
import type { Callback, Handed, JsforceConnection, RefreshFn } from './refresh-fn.ts'

/** What is asked of the keeper. */
type Asked = Pick<Keeper, 'accessToken' | 'verify' | 'fetch'>

/** One that has an instance URL: where the org has not said it yet, one exchange asks for it. */
export async function firstToken(keeper: Asked, of: ConnectionName): Promise<Handed> {
  const known = handed(await keeper.accessToken(of)) ?? handed(await keeper.verify(of))
  if (known === undefined)
    throw new Error('The org says no instance URL with its tokens: adopt the connection with one.')
  return known
}

const handed = ({ accessToken, instanceUrl }: AccessToken): Handed | undefined =>
  instanceUrl === undefined ? undefined : { accessToken: accessToken.expose(), instanceUrl: withoutSlash(instanceUrl) }

/** A URL that somebody adopted may end in a slash; those that the org says do not. */
const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

/** `onToken` hears of each token before jsforce has it. */
export function refreshFnOf(
  keeper: Asked,
  of: ConnectionName,
  { first, onToken }: { readonly first: Handed; readonly onToken?: (handed: Handed) => void },
): RefreshFn {
  const livesAllTheSame = openLifeCheck(keeper, of)
  const addresses = new Set([first.instanceUrl])
  const another = async (connection: JsforceConnection): Promise<string> => {
    const before = connection.instanceUrl
    const refused = connection.accessToken ?? undefined
    if (refused !== undefined && (await livesAllTheSame(refused)))
      throw new Error('The org answers 401 to an access token that it calls alive: it is the request that it refuses.')
    const token = await keeper.accessToken(of, { refused })
    const next = handed(token) ?? { accessToken: token.accessToken.expose(), instanceUrl: before }
    onToken?.(next)
    // an address that the program has put in the place of ours is its own affair
    const hasMoved = addresses.has(before) && next.instanceUrl !== before
    addresses.add(next.instanceUrl)
    if (!hasMoved) return next.accessToken
    connection.accessToken = next.accessToken
    connection.instanceUrl = next.instanceUrl
    // jsforce would send the request to the former address again, and again for as long as that answers 401
    throw new Error(
      `The org has moved from ${before} to ${next.instanceUrl}. Do it again: only this request went to the former address.`,
    )
  }
  return (connection, callback) => void tell(another(connection), callback)
}

async function tell(token: Promise<string>, callback: Callback): Promise<void> {
  try {
    callback(null, await token)
  } catch (cause) {
    callback(inWords(cause), undefined)
  }
}

/** jsforce passes on the message and nothing else. */
function inWords(cause: unknown): Error {
  if (!(cause instanceof KeeperError)) return cause instanceof Error ? cause : new Error(String(cause))
  return new Error([`${cause.message} (${cause.code})`, ...cause.next].join(' '), { cause })
}
