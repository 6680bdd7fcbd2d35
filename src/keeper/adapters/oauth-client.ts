/** simple-oauth2, google-auth-library and openid-client leave it to the program, or to nobody, to keep what an exchange brings (SF-303, SF-299). With this
 *  they exchange nothing. */
import type { ConnectionName, Keeper } from '../keeper-face.ts'
import { openLifeCheck } from './lives-all-the-same.ts'

/** The answer of a token endpoint (RFC 6749 section 5.1), without a refresh token and without `expires_in`: a client that believes in a time does not ask
 *  again after a 401. */
export type TokenAnswer = {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly instance_url?: string
}

/** Called where a client would redeem its refresh token: `refused` is the access token that it has had until now, or nothing at first. Where the org says that
 *  this one lives it comes back, and no exchange is made. Rejects as `keeper.accessToken` does. */
export function forOAuthClient(keeper: Keeper, of: ConnectionName): (refused?: string | null) => Promise<TokenAnswer> {
  const livesAllTheSame = openLifeCheck(keeper, of)
  return async (refused) => {
    const isOver = refused !== undefined && refused !== null && !(await livesAllTheSame(refused))
    const { accessToken, instanceUrl } = await keeper.accessToken(of, isOver ? { refused } : {})
    const token = { access_token: accessToken.expose(), token_type: 'Bearer' } as const
    return instanceUrl === undefined ? token : { ...token, instance_url: instanceUrl }
  }
}
