/** Logging in with a password: the check that costs the same for everyone. */
import type { Storage } from '../storage/storage.ts'
import { canonicalUsername, findUser } from './store/users.ts'
import type { OrgWrites } from './store/writes.ts'
import type { LazyPasswords } from './tokens/lazy-passwords.ts'

/** Too many passwords are being hashed at once; Fastify answers with `statusCode`. */
export class PasswordsBusy extends Error {
  readonly statusCode = 503
}

/** Of a right password, whoever gave it: active or not, that is decided elsewhere. */
export type CheckedUser = { readonly id: string; readonly username: string; readonly isActive: boolean }

export function openPasswordChecks(
  storage: Storage<OrgWrites>,
  passwords: LazyPasswords,
): { readonly verify: (username: string, password: string) => Promise<CheckedUser | undefined> } {
  return {
    async verify(name, password) {
      const username = canonicalUsername(name)
      const user = await storage.read(() => findUser(username))
      const { verdict, hash } = await passwords.verify(username, password, user?.passwordHash)
      if (verdict === 'busy') throw new PasswordsBusy('too many passwords are being checked at once')
      if (verdict === 'wrong' || user === undefined) return undefined
      // a hash that could not be kept is made again at the next login
      if (hash !== undefined) await storage.write('keepFirstPasswordHash', { userId: user.id, hash })
      return { id: user.id, username: user.username, isActive: user.isActive === 1 }
    },
  }
}
