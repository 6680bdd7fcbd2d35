/** @salesforce/core stores a rotated token in a file of this machine (SF-296): another machine replays the former one, and an answer that is lost takes the
 *  family with it (L-31, L-41). With this it holds access tokens alone. */
import type { ConnectionName, Keeper } from '../keeper-face.ts'
import { saysTokenIsOver } from '../rules/dead-token.ts'
import { firstToken, refreshFnOf } from './hand-over.ts'
import type { Handed } from './refresh-fn.ts'

/** As far as it is used, `AuthInfo` of @salesforce/core. */
export type CoreAuthInfo = {
  init: () => Promise<void>
  update: (fields?: Partial<Handed>) => unknown
  save: (fields?: object) => Promise<unknown>
  getConnectionOptions: (clientApp?: string) => object
}

export type CoreAuthInfoClass<Info extends CoreAuthInfo> = new (options?: {
  accessTokenOptions: Handed & { readonly loginUrl: string }
}) => Info

/** An `AuthInfo` for `Connection.create({ authInfo })`, made from the class of @salesforce/core that the program itself imports. It asks the org for the
 *  name of its user, as one made from an access token does, and writes nothing to disk. Rejects as `keeper.accessToken` does. */
export async function forSalesforceCore<Info extends CoreAuthInfo>(
  keeper: Keeper,
  of: ConnectionName,
  AuthInfo: CoreAuthInfoClass<Info>,
): Promise<Info> {
  const first = await firstToken(keeper, of)
  const { loginUrl = first.instanceUrl } = (await keeper.connection(of)) ?? {}
  const make = async (token: Handed): Promise<Info> => {
    const info = kept(new AuthInfo({ accessTokenOptions: { ...token, loginUrl } }), { keeper, of, first: token })
    await info.init()
    return info
  }
  try {
    return await make(first)
  } catch (cause) {
    if (!(cause instanceof Error && saysTokenIsOver(cause.message))) throw cause
  }
  const { accessToken, instanceUrl = first.instanceUrl } = await keeper.accessToken(of, { refused: first.accessToken })
  return await make({ accessToken: accessToken.expose(), instanceUrl })
}

type Keep = { readonly keeper: Keeper; readonly of: ConnectionName; readonly first: Handed }

/** Before `init`, which makes a connection of its own and saves what it learns. */
function kept<Info extends CoreAuthInfo>(info: Info, { keeper, of, first }: Keep): Info {
  let now = first
  const onToken = (handed: Handed): void => {
    now = handed
    info.update(handed)
  }
  const refreshFn = refreshFnOf(keeper, of, { first, onToken })
  const ofLinkedApp = info.getConnectionOptions.bind(info)
  info.getConnectionOptions = (clientApp) => (clientApp === undefined ? { ...now, refreshFn } : ofLinkedApp(clientApp))
  info.save = async (fields) => await Promise.resolve(info.update(fields))
  return info
}
