/** OAuth scopes: their two spellings, and what one implies (SF-101 to SF-103). */
import type { AppKind } from './fields.ts'

/** OAuth spelling -> Metadata API spelling (SF-102). A name in neither column survives as it is. */
const spellings: Readonly<Record<string, string>> = {
  id: 'Basic',
  api: 'Api',
  web: 'Web',
  full: 'Full',
  chatter_api: 'Chatter',
  visualforce: 'CustomApplications',
  refresh_token: 'RefreshToken',
  offline_access: 'OfflineAccess',
  openid: 'OpenID',
  profile: 'Profile',
  email: 'Email',
  address: 'Address',
  phone: 'Phone',
  custom_permissions: 'CustomPermissions',
  wave_api: 'Wave',
  eclair_api: 'Eclair',
  pardot_api: 'Pardot',
  lightning: 'Lightning',
  content: 'Content',
  mcp_api: 'MCP',
  sfap_api: 'SFAP',
  scrt_api: 'SCRT',
  cdp_api: 'CDP',
  cdp_ingest_api: 'CDPIngest',
  cdp_profile_api: 'CDPProfile',
  cdp_query_api: 'CDPQuery',
  cdp_segment_api: 'CDPSegment',
  cdp_identityresolution_api: 'CDPIdentityResolution',
  cdp_calculated_insight_api: 'CDPCalculatedInsight',
  chatbot_api: 'Chatbot',
  forgot_password: 'ForgotPassword',
  user_registration_api: 'UserRegistration',
  pwdless_login_api: 'PwdlessLogin',
  einstein_gpt_api: 'EinsteinGPT',
  interaction_api: 'Interaction',
  cdp_admin_api: 'CDPAdmin',
}
/** External Client App files write this where a Connected App has SFAP (SF-102). */
const platformOfExternalClientApp = 'SFApiPlatform'
// Maps, since a scope may be called like a word that every object has.
const metadataNames = new Map(Object.entries(spellings))
const oauthNames = new Map<string, string>([
  ...Object.entries(spellings).map(([oauth, metadata]): [string, string] => [metadata, oauth]),
  [platformOfExternalClientApp, 'sfap_api'],
])

/** Every scope that discovery lists (SF-101). */
export const knownScopes: readonly string[] = Object.keys(spellings)

/** Of a name in the metadata of either kind of app. */
export function oauthScope(metadataName: string): string {
  return oauthNames.get(metadataName) ?? metadataName
}

/** The name that the metadata of this kind of app has for it; what is no known scope, as it is (SF-102). */
export function metadataScope(oauthName: string, kind: AppKind): string {
  if (kind === 'externalClientApp' && oauthName === 'sfap_api') return platformOfExternalClientApp
  return metadataNames.get(oauthName) ?? oauthName
}

/** `Api, RefreshToken` or `Api RefreshToken` -> OAuth names in the given order, each once. */
export function parseMetadataScopes(text: string): readonly string[] {
  return [
    ...new Set(
      text
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(oauthScope),
    ),
  ]
}

const given = new Set(['id']) // granted with every token (SF-103)

/** Whether a client whose app has `allowed` may ask for `scope` (SF-77, SF-78, SF-103). */
export function scopeIsAllowed(scope: string, allowed: ReadonlySet<string>): boolean {
  if (given.has(scope) || allowed.has(scope)) return true
  if (isRefreshScope(scope)) return allowed.has('refresh_token') || allowed.has('offline_access')
  if (allowed.has('full')) return metadataNames.has(scope) // custom scopes and what is no scope are not in it
  return scope === 'chatter_api' && allowed.has('api')
}

/** `refresh_token` and `offline_access` mean the same (SF-78). */
export function isRefreshScope(scope: string): boolean {
  return scope === 'refresh_token' || scope === 'offline_access'
}

const oneName = (scope: string): string => (isRefreshScope(scope) ? 'refresh_token' : scope)

export type ScopeChoice =
  | { readonly kind: 'granted'; readonly scopes: readonly string[] }
  | { readonly kind: 'not-allowed'; readonly scope: string }

/** What an authorization grants: all of the app's scopes where none was asked for, else the asked ones if all are allowed (SF-77). */
export function chooseScopes(asked: string | undefined, appScopes: readonly string[]): ScopeChoice {
  const wanted = (asked ?? '').split(' ').filter(Boolean)
  if (wanted.length === 0) return { kind: 'granted', scopes: withId(appScopes) }
  const allowed = new Set(appScopes)
  const refused = wanted.find((scope) => !scopeIsAllowed(scope, allowed))
  if (refused !== undefined) return { kind: 'not-allowed', scope: refused }
  return { kind: 'granted', scopes: withId(wanted) }
}

/** A refresh may narrow the access token that it gets, and nothing else (SF-34). */
export function narrowScopes(asked: string | undefined, granted: readonly string[]): ScopeChoice {
  const wanted = (asked ?? '').split(' ').filter(Boolean)
  if (wanted.length === 0) return { kind: 'granted', scopes: granted }
  const had = new Set(granted.map(oneName))
  const refused = wanted.find((scope) => !had.has(oneName(scope)))
  if (refused !== undefined) return { kind: 'not-allowed', scope: refused }
  const narrowed = new Set([...wanted.map(oneName), 'id'])
  return { kind: 'granted', scopes: granted.filter((scope) => narrowed.has(oneName(scope))) }
}

function withId(scopes: readonly string[]): readonly string[] {
  return [...new Set([...scopes, 'id'])]
}
