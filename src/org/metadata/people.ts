/** Profiles, permission sets and users. */
import type { Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { startAddressRanges, type StartAddress } from './field-shapes.ts'
import { each, flag, text, uninterpreted, words, type SecretField, type Uninterpreted } from './schema.ts'
import { objectOf, optional, string } from './shape.ts'

export type Profile = {
  readonly name: string
  readonly description?: string
  readonly userLicense?: string
  readonly custom?: boolean
  readonly loginIpRanges?: StartAddress[]
  readonly loginHours?: Uninterpreted
  /** Names of the permissions that are enabled, as in SF-316. */
  readonly userPermissions?: string[]
}
export type PermissionSet = {
  readonly name: string
  readonly label?: string
  readonly description?: string
  readonly userPermissions?: string[]
  /** Usernames. */
  readonly assigned?: string[]
}
export type User = {
  readonly username: string
  readonly password?: Secret
  readonly profile?: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly alias?: string
  readonly localeSidKey?: string
  readonly languageLocaleKey?: string
  readonly timeZoneSidKey?: string
  readonly isActive?: boolean
}

/** Profiles that every org has, named or not. */
export const standardProfiles: readonly string[] = ['System Administrator', 'Standard User']
export const defaultProfile = 'Standard User'

const label = string({ minLength: 1, maxLength: 80 })

export const profileSchema: Schema<Profile> = objectOf(
  {
    name: label,
    ...each(['description', 'userLicense'] as const, text),
    custom: optional(flag),
    loginIpRanges: optional(startAddressRanges),
    loginHours: optional(uninterpreted),
    userPermissions: optional(words),
  },
  { description: 'Profile' },
)

export const permissionSetSchema: Schema<PermissionSet> = objectOf(
  {
    name: label,
    ...each(['label', 'description'] as const, text),
    userPermissions: optional(words),
    assigned: optional(words),
  },
  { description: 'PermissionSet' },
)

export const userSchema = (secret: SecretField): Schema<User> =>
  objectOf(
    {
      username: string({
        pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
        maxLength: 80,
        description: 'Has the form of a mail address; unique without regard to case.',
      }),
      password: optional(secret('Kept as a scrypt hash only. A user without one cannot log in.')),
      ...each(
        [
          'profile',
          'email',
          'firstName',
          'lastName',
          'alias',
          'localeSidKey',
          'languageLocaleKey',
          'timeZoneSidKey',
        ] as const,
        text,
      ),
      isActive: optional(flag),
    },
    { description: 'User' },
  )
