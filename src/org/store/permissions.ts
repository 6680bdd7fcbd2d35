/** The permissions of one user, read where they are asked for: they are no part of the settings in force. */
import type { Program } from '../../storage/program.ts'
import { defaultProfile, type PermissionSet, type Profile, type User } from '../metadata/people.ts'
import type { Permissions } from '../rules/permissions.ts'
import { stored } from '../settings/compile.ts'
import { findObject, findObjects } from './objects.ts'
import { canonicalUsername, findUserById } from './users.ts'

const mostSets = 10_000

/** Those of nobody where there is no such user. */
export function* findPermissions(userId: string): Program<Permissions> {
  const row = yield* findUserById(userId)
  const { profile = defaultProfile } = row === undefined ? {} : stored<Partial<User>>(row.content)
  const defined = yield* findObject('profile', profile)
  const sets = yield* findObjects('permissionSet', { limit: mostSets })
  const assigned = sets
    .map(({ content }) => stored<PermissionSet>(content))
    .filter((set) => set.assigned?.some((name) => canonicalUsername(name) === row?.username))
  return {
    profile,
    ofProfile: defined && (stored<Profile>(defined.content).userPermissions ?? []),
    ofSets: assigned.flatMap(({ userPermissions = [] }) => userPermissions),
  }
}
