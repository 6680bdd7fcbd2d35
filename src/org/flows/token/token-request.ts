/** A token request as a union on its grant type: what each flow needs is there, or the request never gets to the flow (SF-25, SF-26, SF-33). */
import { fault, ok, type Result } from '../../../values/result.ts'
import type { Form } from '../../endpoints/form.ts'
import type { TokenFlow } from '../../rules/app.ts'
import type { Refusal } from '../../rules/decide.ts'

export type CodeRequest = {
  readonly kind: 'code'
  readonly flow: TokenFlow
  readonly code: string
  readonly redirectUri: string | undefined
  readonly verifier: string | undefined
}
export type RefreshRequest = {
  readonly kind: 'refresh'
  readonly flow: TokenFlow
  readonly refreshToken: string
  readonly scope: string | undefined
}
export type TokenRequest = CodeRequest | RefreshRequest

export function parseTokenRequest(form: Form): Result<TokenRequest, Refusal> {
  const grantType = form.get('grant_type')
  switch (grantType) {
    case 'refresh_token':
    case 'hybrid_refresh':
      return parseRefresh(form, grantType)
    case 'authorization_code':
    case 'hybrid_auth_code':
      return parseCode(form, grantType)
    case undefined:
    case '':
      return missing('grant_type')
    default:
      return fault({ code: 'GRANT_TYPE_NOT_SUPPORTED', saw: { grantType: grantType.slice(0, 80) } })
  }
}

function parseRefresh(form: Form, flow: TokenFlow): Result<TokenRequest, Refusal> {
  const refreshToken = form.get('refresh_token')
  if (!refreshToken) return missing('refresh_token')
  return ok({ kind: 'refresh', flow, refreshToken, scope: form.get('scope') })
}

function parseCode(form: Form, flow: TokenFlow): Result<TokenRequest, Refusal> {
  const code = form.get('code')
  if (!code) return missing('code')
  return ok({ kind: 'code', flow, code, redirectUri: form.get('redirect_uri'), verifier: form.get('code_verifier') })
}

function missing(parameter: string): Result<never, Refusal> {
  return fault({ code: 'PARAMETER_MISSING', saw: { parameter } })
}
