/** One user may have five live approvals of one app; the sixth ends the oldest (SF-209). */
import { ok } from '../../../values/result.ts'
import { definePolicy, type Policy } from '../policy.ts'

export type FiveApprovals = { readonly most: number }

export const fiveApprovals: Policy<FiveApprovals> = definePolicy<FiveApprovals>({
  id: 'five-approvals',
  label: 'Five approvals per user and app',
  does: 'Ends the oldest refresh token of a user for an app when a sixth is issued; Salesforce does so silently, login history says it.',
  fact: 'SF-209',
  fields: {}, // no setting: Salesforce's own limit
  parse: () => ok({ most: 5 }),
  terms: (terms, _request, { most }) => ({ ...terms, approvalsKept: Math.min(terms.approvalsKept, most) }),
})
