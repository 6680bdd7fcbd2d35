/** Profiles, permission sets and users. */
import Type from 'typebox'
import type { Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { startAddressRanges, type StartAddress } from './field-shapes.ts'
import {
  accepts,
  closed,
  each,
  flag,
  text,
  uninterpreted,
  within,
  words,
  type SecretField,
  type Uninterpreted,
} from './schema.ts'

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

const label = Type.String({ minLength: 1, maxLength: 80 })

export const profileSchema: Schema<Profile> = accepts(
  Type.Object(
    {
      name: label,
      ...each(['description', 'userLicense'] as const, text),
      custom: Type.Optional(flag),
      loginIpRanges: Type.Optional(startAddressRanges),
      loginHours: Type.Optional(uninterpreted),
      userPermissions: Type.Optional(words),
    },
    { ...closed, description: 'Profile' },
  ),
)

export const permissionSetSchema: Schema<PermissionSet> = accepts(
  Type.Object(
    {
      name: label,
      ...each(['label', 'description'] as const, text),
      userPermissions: Type.Optional(words),
      assigned: Type.Optional(words),
    },
    { ...closed, description: 'PermissionSet' },
  ),
)

export const userSchema = (secret: SecretField): Schema<User> =>
  accepts(
    Type.Object(
      {
        username: Type.String({
          pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
          maxLength: 80,
          description: 'Has the form of a mail address; unique without regard to case.',
        }),
        password: Type.Optional(within(secret('Kept as a scrypt hash only. A user without one cannot log in.'))),
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
        isActive: Type.Optional(flag),
      },
      { ...closed, description: 'User' },
    ),
  )
