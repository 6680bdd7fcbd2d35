/** What a user's permissions let him do with the tokens of others. */

/** Of one user: his profile's and those of his permission sets together, by API name (SF-316). */
export type Permissions = {
  readonly profile: string
  /** Undefined where the profile is a standard one that the org file and the admin API leave as it is. */
  readonly ofProfile: readonly string[] | undefined
  readonly ofSets: readonly string[]
}

/** What Setup asks for before it shows an app's users, as far as it concerns their tokens (SF-170, SF-175), and what OauthToken asks for (SF-322). */
const managing: readonly string[] = ['ManageRemoteAccess', 'ModifyAllData', 'ManageUsers', 'CustomizeApplication']
/** SF-319. */
const watching: readonly string[] = ['ManageUsers', 'MonitorLoginHistory', 'ModifyAllData']
/** SF-321. */
const changing: readonly string[] = ['ModifyAllData', 'ModifyMetadata']

export const managesTokens = (permissions: Permissions): boolean => hasOneOf(permissions, managing)
/** Whether he sees login history of others; everybody sees his own. */
export const seesLoginHistory = (permissions: Permissions): boolean => hasOneOf(permissions, watching)
/** Whether the Metadata API answers him. */
export const changesMetadata = (permissions: Permissions): boolean => hasOneOf(permissions, changing)

/** By its API name. */
export const hasPermission = (permissions: Permissions, name: string): boolean => hasOneOf(permissions, [name])

/** The standard System Administrator may do everything; whoever defines that profile says what it may. */
function hasOneOf({ profile, ofProfile, ofSets }: Permissions, wanted: readonly string[]): boolean {
  if (profile === 'System Administrator' && ofProfile === undefined) return true
  return [...(ofProfile ?? []), ...ofSets].some((permission) => wanted.includes(permission))
}
