/** An authorization must be bound to a code challenge, by the app's wish or the org's (SF-98). */
import { ok } from '../../../values/result.ts'
import { abstain, allow, definePolicy, deny, type Policy } from '../policy.ts'

export type PkceRequired = { readonly requiredBy: 'app' | 'org' | 'nobody' }

export const pkceRequired: Policy<PkceRequired> = definePolicy<PkceRequired>({
  id: 'pkce-required',
  label: 'Require Proof Key for Code Exchange (PKCE) extension for Supported Authorization Flows',
  does: 'Refuses an authorization that sends no code challenge. A challenge that was sent is always verified, required or not.',
  fact: 'SF-98',
  fields: {
    ExtlClntAppGlobalOauthSettings: ['isPkceRequired'],
    ConnectedApp: ['oauthConfig.isPkceRequired'],
    OauthOidcSettings: ['isPkceRequired'],
  },

  parse(fields, { kind, orgRequiresPkce }) {
    if (fields.isPkceRequired ?? kind !== 'connectedApp') return ok({ requiredBy: 'app' })
    return ok({ requiredBy: orgRequiresPkce ? 'org' : 'nobody' })
  },

  oneWay: { field: 'isPkceRequired', isOn: ({ requiredBy }) => requiredBy === 'app' }, // SF-98

  guard(request, { requiredBy }) {
    if (request.step !== 'authorize' || requiredBy === 'nobody') return abstain
    const bound = request.challenge !== undefined && request.challenge !== '' // empty is left out (RFC 6749 section 3.1)
    const saw = { app: request.app.name, requiredBy, challenge: bound }
    return bound ? allow(saw) : deny('CHALLENGE_MISSING', saw)
  },
})
