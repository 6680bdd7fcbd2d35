/** jsforce keeps the refresh token that it was given and throws rotated ones away (L-31, SF-302). With this it never sees one: it asks the keeper. */
import type { ConnectionName, Keeper } from '../keeper-face.ts'

/** What `new Connection(...)` of jsforce takes. */
export type JsforceOptions = {
  readonly instanceUrl: string
  readonly accessToken: string
  readonly refreshFn: (
    connection: { readonly accessToken?: string | null | undefined },
    callback: (error: Error | null, accessToken?: string) => void,
  ) => void
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
      keeper.accessToken(of, { refused: connection.accessToken ?? undefined }).then(
        (fresh) => callback(null, fresh.accessToken.expose()),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      )
    },
  }
}
