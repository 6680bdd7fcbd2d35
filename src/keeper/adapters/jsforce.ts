/** jsforce keeps the refresh token that it was given and throws rotated ones away (L-31, SF-295). With this it never sees one: it asks the keeper. */
import type { ConnectionName, Keeper } from '../keeper-face.ts'
import { firstToken, refreshFnOf } from './hand-over.ts'
import type { RefreshFn } from './refresh-fn.ts'

/** What `new Connection(...)` of jsforce takes; for as many connections as you like. */
export type JsforceOptions = {
  readonly instanceUrl: string
  readonly accessToken: string
  readonly refreshFn: RefreshFn
}

/** Give it neither `oauth2` nor `refreshToken` beside. Rejects as `keeper.accessToken` does. A response that jsforce streams, and a body that it reads from
 *  a stream, are not sent again after a 401: before such a call set `connection.accessToken` to one from the keeper. */
export async function forJsforce(keeper: Keeper, of: ConnectionName): Promise<JsforceOptions> {
  const first = await firstToken(keeper, of)
  return { ...first, refreshFn: refreshFnOf(keeper, of, { first }) }
}
