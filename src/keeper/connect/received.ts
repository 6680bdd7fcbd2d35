/** Replies to codes that lie in the store, because the process that had asked died or could not store what they brought. */
import { judgeKept } from './exchange-code.ts'
import { finish } from './finish.ts'
import type { ConnectParts } from './parts.ts'
import { findReceivedAuthorizations } from '../store/authorizations.ts'

/** In one go. */
const most = 100

/** Resolves with how many became connections. */
export async function finishReceived(parts: ConnectParts): Promise<number> {
  let finished = 0
  for (const login of await parts.storage.read(() => findReceivedAuthorizations(most))) {
    // the process that has asked is at work on it for as long as a call may take
    if (login.takenAt !== null && parts.clock() < login.takenAt + parts.settings.terms.lease) continue
    try {
      await finish(parts, login, await judgeKept(parts, login))
      finished += 1
    } catch (cause) {
      parts.log.warn('keeper.login-not-finished', { ...login.key, cause: String(cause) })
    }
  }
  return finished
}
