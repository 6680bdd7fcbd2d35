import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scopesInWords, scopesWithWords } from './scope-words.ts'

// SF-101, as the discovery document lists them
const discovered =
  `cdp_ingest_api custom_permissions cdp_segment_api content cdp_api chatbot_api cdp_identityresolution_api interaction_api
  wave_api web cdp_calculated_insight_api einstein_gpt_api offline_access id api data_cloud_user_claims eclair_api email pardot_api lightning
  visualforce cdp_query_api sfap_api address openid profile scrt_api cdp_profile_api refresh_token phone user_registration_api
  pwdless_login_api chatter_api mcp_api full forgot_password`.split(/\s+/)

describe('scopes in words', () => {
  test('SF-101: each of the 36 scopes has words, and nothing else has', () => {
    equal(discovered.length, 36)
    deepEqual(scopesWithWords.toSorted(), discovered.toSorted())
  })

  test('full access comes first and access at any time last, whatever the order of the request', () =>
    deepEqual(
      scopesInWords(['refresh_token', 'warehouse_read', 'api', 'full']).map((each) => each.scope),
      ['full', 'api', 'warehouse_read', 'refresh_token'],
    ))

  test('a scope of the org’s own is shown under its name', () =>
    deepEqual(scopesInWords(['warehouse_read']), [{ scope: 'warehouse_read', words: 'Use the scope warehouse_read' }]))

  test('a scope asked for twice is shown once', () => equal(scopesInWords(['api', 'api']).length, 1))
})
