/** Each redemption replaces the refresh token, and a spent one that comes back ends the family (SF-187, SF-188). */
import { ok } from '../../../values/result.ts'
import { definePolicy, type Policy } from '../policy.ts'

export type RefreshTokenRotation = { readonly on: boolean }

/** The reuse of a spent token is judged by `judge-token.ts` whether rotation is on or off now: it was spent when it was on (SF-194). */
export const refreshTokenRotation: Policy<RefreshTokenRotation> = definePolicy<RefreshTokenRotation>({
  id: 'refresh-token-rotation',
  label: 'Enable Refresh Token Rotation',
  does: 'Answers each refresh with a new refresh token and spends the one that was sent; a spent one that comes back revokes the whole family.',
  fact: 'SF-187',
  fields: {
    ExtlClntAppGlobalOauthSettings: ['isRefreshTokenRotationEnabled'],
    ConnectedApp: ['oauthConfig.isRefreshTokenRotationEnabled'],
  },

  parse: (fields, { kind, configuration }) =>
    ok({
      on: fields.isRefreshTokenRotationEnabled ?? (kind !== 'connectedApp' && configuration.ecaDefaults.rotation),
    }),

  oneWay: { field: 'isRefreshTokenRotationEnabled', isOn: ({ on }) => on }, // SF-196

  terms: (terms, _request, { on }) => (on ? { ...terms, rotate: true } : terms),
})
