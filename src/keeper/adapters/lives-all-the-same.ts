/** Whether an access token that a client calls over really is. jsforce asks for another one after every 401, for as long as they come, and google-auth-library
 *  after a 403 as well: where the org refuses the request and not the token, each of them would cost an exchange. */
import type { ConnectionName, Keeper } from '../keeper-face.ts'

type Asked = Pick<Keeper, 'accessToken' | 'fetch'>

/** True only where the org itself has just said so of the very token that is handed out now. However many ask at once of one token, the org is asked once. */
export function openLifeCheck(keeper: Asked, of: ConnectionName): (refused: string) => Promise<boolean> {
  const running = new Map<string, Promise<boolean>>()
  return (refused) => {
    const before = running.get(refused)
    if (before !== undefined) return before
    const now = livesAllTheSame(keeper, of, refused).finally(() => running.delete(refused))
    running.set(refused, now)
    return now
  }
}

async function livesAllTheSame(keeper: Asked, of: ConnectionName, refused: string): Promise<boolean> {
  const isHandedOut = async (): Promise<boolean> => (await keeper.accessToken(of)).accessToken.expose() === refused
  try {
    if (!(await isHandedOut())) return false
    const response = await keeper.fetch(of, '/services/oauth2/userinfo')
    await response.body?.cancel()
    return response.ok && (await isHandedOut())
  } catch {
    return false // nobody could say: it is exchanged then, and what is wrong shows there
  }
}
