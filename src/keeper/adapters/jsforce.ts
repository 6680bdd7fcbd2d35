/** jsforce keeps the refresh token that it was given and throws rotated ones away (L-31, SF-302). With this it never sees one: it asks the keeper. */
import type { AccessToken, ConnectionName, Keeper } from '../keeper-face.ts'

type Callback = (error: Error | null, accessToken: string | undefined) => void

/** What `new Connection(...)` of jsforce takes. */
export type JsforceOptions = {
  readonly instanceUrl: string
  readonly accessToken: string
  readonly refreshFn: (connection: { readonly accessToken?: string | null | undefined }, callback: Callback) => void
}

/** Give it neither `oauth2` nor `refreshToken` beside. Rejects as `keeper.accessToken` does. */
export async function forJsforce(keeper: Keeper, of: ConnectionName): Promise<JsforceOptions> {
  const { accessToken, instanceUrl } = await keeper.accessToken(of)
  if (instanceUrl === undefined)
    throw new Error('The org has not said its instance URL yet: verify the connection once.')
  return {
    instanceUrl,
    accessToken: accessToken.expose(),
    refreshFn(connection, callback) {
      void handOver(keeper.accessToken(of, { refused: connection.accessToken ?? undefined }), callback)
    },
  }
}

async function handOver(token: Promise<AccessToken>, callback: Callback): Promise<void> {
  const got = await token.then(
    ({ accessToken }) => ({ error: null, text: accessToken.expose() }),
    (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)), text: undefined }),
  )
  callback(got.error, got.text)
}
