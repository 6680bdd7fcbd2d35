/** The admin API of the gateway: its refusals, and whose token it asks for. */
import { openApi, type Api } from '../../http/api.ts'
import type { Outcome as OutcomeOf } from '../../http/route.ts'
import type { UsualCode } from '../../http/problem.ts'
import { ownKinds, type OwnCode } from './problems.ts'

export type Outcome = OutcomeOf<OwnCode | UsualCode>

export const api: Api<OwnCode, true> = openApi<OwnCode, true>({
  kinds: ownKinds,
  ...{ bodyInvalid: 'BODY_INVALID', tokenMissing: 'ADMIN_TOKEN_MISSING', tokenWrong: 'ADMIN_TOKEN_WRONG' },
  wrongToken: 'The bearer token is not the one of this gateway.',
  whereIsTheToken:
    'Send Authorization: Bearer with the token that was printed at the first start; it is kept in gateway-admin-token beside the store.',
  whatThereIs: 'Read /admin/openapi.json.',
})
export const addRoute: Api<OwnCode, true>['addRoute'] = api.addRoute
