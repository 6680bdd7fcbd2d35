/** What the org file does to a user: fields, and the password, which is known here only by its hash. */
import type { UserRow } from '../store/users.ts'
import { canonicalUsername } from '../store/users.ts'
import type { ApplyParts, Planned } from './planned.ts'
import type { Secret } from '../../values/secret.ts'
import { canonicalJson, merge, sameValue, type Difference } from './merge.ts'
import { defaultProfile, type User } from './people.ts'

/** `password` is the hash that was made of it, or `lazy` where none was made yet. */
type Remembered = { readonly object: unknown; readonly password?: string }
const lazy = 'lazy'

type PasswordParts = Pick<ApplyParts, 'passwords' | 'lazyPasswords'>
type Before = { readonly row: UserRow | undefined; readonly reapply: boolean }

export async function planUser(parts: PasswordParts, user: User, { row, reapply }: Before): Promise<Planned> {
  const { password, ...fields } = user
  const name = canonicalUsername(user.username)
  const object = `user ${name}`
  const wanted = { profile: defaultProfile, isActive: true, ...fields, username: name }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this file
  const before = row === undefined || row.applied === null ? undefined : (JSON.parse(row.applied) as Remembered)
  const inForce: unknown = row === undefined ? undefined : JSON.parse(row.content)
  const merged =
    reapply || row === undefined
      ? { value: wanted, differences: [] }
      : merge({ base: before?.object, file: wanted, inForce })
  const planned = await planPassword(parts, { name, password, row, reapply, before })
  const differences = [...merged.differences, ...planned.differences]
  const sameFile = before !== undefined && sameValue(before.object, wanted) && planned.remembers === before.password
  if (sameFile && sameValue(merged.value, inForce) && planned.hash === undefined) return { object, differences }
  return {
    object,
    differences,
    change: {
      kind: 'user',
      name,
      content: canonicalJson(merged.value),
      applied: JSON.stringify({
        object: wanted,
        ...(planned.remembers === undefined ? {} : { password: planned.remembers }),
      }),
      expects: row?.content ?? null,
      isActive: isActive(merged.value),
      ...(planned.hash === undefined ? {} : { passwordHash: planned.hash }),
    },
  }
}

function isActive(content: unknown): boolean {
  return typeof content !== 'object' || content === null || !('isActive' in content) || content.isActive !== false
}

type PasswordPlan = {
  /** To be stored; undefined: what is stored stays. */
  readonly hash: string | null | undefined
  readonly remembers: string | undefined
  readonly differences: readonly Difference[]
}
type PasswordTerms = Before & {
  readonly name: string
  readonly password: Secret | undefined
  readonly before: Remembered | undefined
}

async function planPassword(parts: PasswordParts, terms: PasswordTerms): Promise<PasswordPlan> {
  const { name, password, row, reapply, before } = terms
  if (password === undefined) return { hash: undefined, remembers: undefined, differences: [] }
  if (parts.lazyPasswords !== undefined && (row === undefined || row.passwordHash === null)) {
    parts.lazyPasswords.remember(name, password)
    return { hash: undefined, remembers: lazy, differences: [] }
  }
  const base = before?.password
  const isRemembered = base !== undefined && (base === lazy || (await isHashOf(parts, password, base)))
  const changedElsewhere = row !== undefined && row.passwordHash !== base && base !== lazy
  if (isRemembered && !(reapply && changedElsewhere)) {
    const differences = changedElsewhere ? [another] : []
    return { hash: undefined, remembers: base, differences }
  }
  const hash = await parts.passwords.hash(password)
  if (!reapply && changedElsewhere && row.passwordHash !== null)
    return { hash: undefined, remembers: hash, differences: [another] }
  return { hash, remembers: hash, differences: [] }
}

const another: Difference = { path: 'password', file: '[secret]', inForce: '[another password]' }

const isHashOf = async ({ passwords }: PasswordParts, password: Secret, hash: string): Promise<boolean> =>
  (await passwords.verify(password.expose(), hash)) === 'right'
