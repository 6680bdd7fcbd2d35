/** The scopes of SF-101 in the words of the consent page (SF-92). Words are those of Setup's list of scopes without the name in
 *  brackets, as published guides repeat them. */
import type { ScopeInWords } from './consent.ts'

const identity = 'Access the identity URL service'
const anyTime = 'Perform requests at any time'

const words: ReadonlyMap<string, string> = new Map([
  ['full', 'Full access'],
  ['api', 'Manage user data via APIs'],
  ['web', 'Manage user data via Web browsers'],
  ['id', identity],
  ['profile', identity],
  ['email', identity],
  ['address', identity],
  ['phone', identity],
  ['openid', 'Access unique user identifiers'],
  ['custom_permissions', 'Access custom permissions'],
  ['chatter_api', 'Access Connect REST API resources'],
  ['visualforce', 'Access Visualforce applications'],
  ['lightning', 'Access Lightning applications'],
  ['content', 'Access content resources'],
  ['wave_api', 'Access Analytics REST API resources'],
  ['eclair_api', 'Access Analytics REST API Charts Geodata resources'],
  ['pardot_api', 'Manage Pardot services'],
  ['chatbot_api', 'Access chatbot services'],
  ['einstein_gpt_api', 'Access Einstein GPT services'],
  ['interaction_api', 'Access Interaction API resources'],
  ['mcp_api', 'Access Salesforce hosted MCP servers'],
  ['sfap_api', 'Access the Salesforce API Platform'],
  ['scrt_api', 'Access Salesforce messaging services'], // words not published: ours
  ['user_registration_api', 'Access Headless Registration API'],
  ['pwdless_login_api', 'Access Headless Passwordless Login API'], // words not published: by analogy with its neighbours
  ['forgot_password', 'Access Headless Forgot Password API'],
  ['cdp_api', 'Access all Data Cloud API resources'],
  ['cdp_ingest_api', 'Manage Data Cloud Ingestion API data'],
  ['cdp_profile_api', 'Manage Data Cloud profile data'],
  ['cdp_query_api', 'Perform ANSI SQL queries on Data Cloud data'],
  ['cdp_segment_api', 'Perform segmentation on Data Cloud data'],
  ['cdp_identityresolution_api', 'Manage Data Cloud Identity Resolution'],
  ['cdp_calculated_insight_api', 'Manage Data Cloud Calculated Insight data'],
  ['data_cloud_user_claims', 'Access Data Cloud user claims'], // words not published: ours
  ['refresh_token', anyTime],
  ['offline_access', anyTime],
])

/** The scopes that have words, in the order in which they are shown. */
export const scopesWithWords: readonly string[] = [...words.keys()]

/** What the consent page lists: `full` first, access at any time last, a custom or unknown scope before that under its own name. */
export function scopesInWords(scopes: readonly string[]): ScopeInWords[] {
  return [...new Set(scopes)]
    .map((scope) => ({ scope, words: words.get(scope) ?? `Use the scope ${scope}` }))
    .toSorted((a, b) => place(a.scope) - place(b.scope))
}

function place(scope: string): number {
  const at = scopesWithWords.indexOf(scope)
  return at === -1 ? scopesWithWords.indexOf('refresh_token') - 0.5 : at
}
