/** Whether a new authorization ends the user's earlier ones of the same app; sources disagree, and the default is that it does not (SF-192). */
import { ok } from '../../../values/result.ts'
import { definePolicy, type Policy } from '../policy.ts'

export type ReauthRevokesAll = { readonly on: boolean }

export const reauthRevokesAll: Policy<ReauthRevokesAll> = definePolicy<ReauthRevokesAll>({
  id: 'reauth-revokes-all',
  label: 'A new authorization revokes earlier refresh tokens',
  does: 'Where the server is set so (`reauthRevokesAll`), a new authorization of an app ends all earlier refresh tokens of that user for it.',
  fact: 'SF-192',
  fields: {}, // no metadata: a setting of the server
  parse: (_fields, { configuration }) => ok({ on: configuration.reauthRevokesAll }),
  terms: (terms, _request, { on }) => (on ? { ...terms, approvalsKept: 1 } : terms),
})
