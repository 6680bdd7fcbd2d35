/** The keeper's API: its refusals, and whose token it asks for. */
import { openApi, type Api } from '../../http/api.ts'
import type { UsualCode } from '../../http/problem.ts'
import type { Call as CallOf, Outcome as OutcomeOf } from '../../http/route.ts'
import { ownKinds, type OwnCode } from './problems.ts'

export type { Problem } from './problems.ts'

/** A token belongs to one tenant, and everything that is asked with it is asked of that tenant (P-28). */
export type Caller = { readonly tenant: string }
export type Outcome = OutcomeOf<OwnCode | UsualCode>
export type Call<Body, Query> = CallOf<Body, Query, Caller>

export const api: Api<OwnCode, Caller> = openApi<OwnCode, Caller>({
  kinds: ownKinds,
  ...{ bodyInvalid: 'BODY_INVALID', tokenMissing: 'TOKEN_MISSING', tokenWrong: 'TOKEN_WRONG' },
  wrongToken: 'The bearer token is not one of this keeper.',
  whereIsTheToken:
    'Send Authorization: Bearer with the token that was printed at the first start; it is kept in keeper-token beside the vault.',
  whatThereIs: 'Read /v1/openapi.json.',
})
export const addRoute: Api<OwnCode, Caller>['addRoute'] = api.addRoute
