/** The admin API of the org and its testing plane: their refusals, and whose token they ask for. */
import { openApi, type Api } from '../../http/api.ts'
import type { UsualCode } from '../../http/problem.ts'
import type { Call as CallOf, Outcome as OutcomeOf } from '../../http/route.ts'
import { ownKinds, type OwnCode } from './problems.ts'

export type Outcome = OutcomeOf<OwnCode | UsualCode>
export type Call<Body, Query> = CallOf<Body, Query, true>

export const api: Api<OwnCode, true> = openApi<OwnCode, true>({
  kinds: ownKinds,
  ...{ bodyInvalid: 'OBJECT_INVALID', tokenMissing: 'ADMIN_TOKEN_MISSING', tokenWrong: 'ADMIN_TOKEN_WRONG' },
  wrongToken: 'The bearer token is not the one of this org.',
  whereIsTheToken:
    'Send Authorization: Bearer with the token that was printed at the first start, or SALLYPORT_ADMIN_TOKEN.',
  whatThereIs: 'Read /admin/openapi.json.',
})
export const addRoute: Api<OwnCode, true>['addRoute'] = api.addRoute
export const checkBody: Api<OwnCode, true>['checkBody'] = api.checkBody
