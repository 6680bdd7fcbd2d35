/** Passwords of test users, hashed at their first login instead of at start-up: until then the text is kept in memory, and only there. */
import { sameSecret } from './mac.ts'
import type { Secret } from '../../values/secret.ts'
import type { Passwords } from './passwords.ts'

export type LazyPasswords = {
  /** To be hashed when the user first logs in. Usernames in lower case. */
  readonly remember: (username: string, password: Secret) => void
  /** As `Passwords.verify`; where a remembered password was right, `hash` is what to store from now on. */
  readonly verify: (
    username: string,
    sent: string,
    stored: string | null | undefined,
  ) => Promise<{ readonly verdict: 'right' | 'wrong' | 'busy'; readonly hash?: string }>
}

export function openLazyPasswords(passwords: Passwords): LazyPasswords {
  const remembered = new Map<string, Secret>()
  return {
    remember: (username, password) => void remembered.set(username, password),
    async verify(username, sent, stored) {
      const password = stored === null ? remembered.get(username) : undefined
      if (password === undefined) return { verdict: await passwords.verify(sent, stored) }
      if (!sameSecret(sent, password.expose())) return { verdict: await passwords.verify(sent, undefined) }
      const hash = await passwords.hash(password)
      remembered.delete(username)
      return { verdict: 'right', hash }
    },
  }
}
