/** A refresh must carry the consumer secret, whatever the web server flow asks for (SF-16). */
import { ok } from '../../../values/result.ts'
import { plainFlow } from '../app.ts'
import { abstain, allow, definePolicy, deny, type Policy } from '../policy.ts'

export type SecretRequired = { readonly forRefresh: boolean; readonly forExchange: boolean }

export const secretRequiredForRefresh: Policy<SecretRequired> = definePolicy<SecretRequired>({
  id: 'secret-required-for-refresh',
  label: 'Require Secret for Refresh Token Flow',
  does: 'Refuses a refresh without the consumer secret; the exchange of a code needs it unless the app makes it optional.',
  fact: 'SF-16',
  fields: {
    ExtlClntAppGlobalOauthSettings: ['isSecretRequiredForRefreshToken', 'isConsumerSecretOptional'],
    ConnectedApp: ['oauthConfig.isSecretRequiredForRefreshToken', 'oauthConfig.isConsumerSecretOptional'],
  },

  parse: (fields) =>
    ok({
      forRefresh: fields.isSecretRequiredForRefreshToken ?? true,
      forExchange: !(fields.isConsumerSecretOptional ?? false),
    }),

  // A wrong secret never gets here: it is refused whether or not one was needed (SF-18).
  guard(request, { forRefresh, forExchange }) {
    if (request.step !== 'caller') return abstain
    const required = plainFlow(request.flow) === 'refresh_token' ? forRefresh : forExchange
    if (!required) return abstain
    const saw = { app: request.app.name, proof: request.proof }
    return request.proof === 'none' ? deny('CLIENT_SECRET_MISSING', saw) : allow(saw)
  },
})
