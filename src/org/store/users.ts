/** Users at rest. A username is unique without regard to case: it is stored in lower case, as Salesforce does. */
import { all, one, run, type Program } from '../../storage/program.ts'

export type UserRow = {
  /** 18 characters, starts 005. */
  readonly id: string
  readonly username: string
  /** JSON of the metadata fields, without the password. */
  readonly content: string
  readonly applied: string | null
  /** Self-describing scrypt; null: nobody can log in with a password, but in lazy mode (`passwords.ts`). */
  readonly passwordHash: string | null
  readonly isActive: number
  readonly createdAt: number
  readonly changedAt: number
}

const select = `SELECT id, username, content, applied, password_hash AS "passwordHash", is_active AS "isActive", created_at AS "createdAt",
  changed_at AS "changedAt" FROM users`

export const canonicalUsername = (username: string): string => username.toLowerCase()

export function* findUser(username: string): Program<UserRow | undefined> {
  return yield* one<UserRow>(`${select} WHERE username = ?`, canonicalUsername(username))
}

export function* findUserById(id: string): Program<UserRow | undefined> {
  return yield* one<UserRow>(`${select} WHERE id = ?`, id)
}

/** Ordered by username; `above` is the last one of the page before. */
export function* findUsers({ above, limit }: { above?: string | undefined; limit: number }): Program<UserRow[]> {
  return yield* all<UserRow>(`${select} WHERE username > ? ORDER BY username LIMIT ?`, above ?? '', limit)
}

/** Names only: an org has few users that its file named, and may have very many others. */
export function* findUsernamesFromFile(): Program<string[]> {
  const rows = yield* all<{ username: string }>(
    'SELECT username FROM users WHERE applied IS NOT NULL ORDER BY username',
  )
  return rows.map(({ username }) => username)
}

/** The hash of a password that was hashed at its first use; an older one that is there stays. */
export function* keepFirstPasswordHash({ userId, hash }: { userId: string; hash: string }): Program<boolean> {
  return (yield* run('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash IS NULL', hash, userId)) === 1
}

/** `verification.ts` issues and checks them. */
export function* forgetVerificationCode({ userId }: { userId: string }): Program<boolean> {
  return (yield* run('DELETE FROM verification_codes WHERE user_id = ?', userId)) === 1
}
