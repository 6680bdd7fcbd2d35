/** The fields of a successful token reply (SF-35 to SF-48). */
import { createHash } from 'node:crypto'
import { userId } from '../../../values/domain.ts'
import type { Instant } from '../../../values/time.ts'
import type { OrgParts } from '../../parts.ts'
import type { TokenFlow } from '../../rules/app.ts'
import type { AppEntry } from '../../settings.ts'
import type { TokenFields } from './outcome.ts'

export type Issue = {
  readonly entry: AppEntry
  readonly flow: TokenFlow
  readonly userId: string
  readonly accessToken: string
  /** Undefined where none is returned: rotation is off (SF-38), or the scope has none. */
  readonly refreshToken: string | undefined
  readonly scopes: readonly string[]
  readonly at: Instant
  /** Code exchange only. */
  readonly nonce: string | undefined
  /** When the user last proved who he is, for `auth_time`. */
  readonly authenticatedAt: number | undefined
}

/** Only the signature of an id_token has to be waited for. */
export function issuedFields(parts: OrgParts, issue: Issue): TokenFields | Promise<TokenFields> {
  const { organization } = parts.settings.current()
  const identity = `${parts.publicUrl()}/id/${organization.id}/${userId(issue.userId)}`
  const issuedAt = String(issue.at) // a text of epoch milliseconds (SF-06)
  const write = (signed: string | undefined): TokenFields => {
    const fields: Record<string, string> = { access_token: issue.accessToken }
    if (issue.refreshToken !== undefined) fields['refresh_token'] = issue.refreshToken
    if (issue.entry.sign) fields['signature'] = issue.entry.sign(Buffer.from(identity + issuedAt)).toString('base64')
    fields['scope'] = issue.scopes.join(' ')
    if (signed !== undefined) fields['id_token'] = signed
    fields['instance_url'] = organization.instanceUrl
    fields['id'] = identity
    fields['token_type'] = 'Bearer'
    fields['issued_at'] = issuedAt
    return issue.flow.startsWith('hybrid') ? { ...fields, ...hybridFields(organization.instanceUrl) } : fields
  }
  return issue.scopes.includes('openid') ? idToken(parts, issue, identity).then(write) : write(undefined)
}

/** SF-128; `at_hash` as OpenID Connect Core 3.1.3.6 has it. */
async function idToken(parts: OrgParts, issue: Issue, identity: string): Promise<string> {
  const { app } = issue.entry
  const issuedAt = Math.floor(issue.at / 1000)
  const audience = [app.consumerKey, ...app.idTokenAudience]
  return await parts.signingKeys.sign({
    iss: parts.publicUrl(),
    sub: identity,
    aud: audience.length === 1 ? app.consumerKey : audience,
    iat: issuedAt,
    exp: issuedAt + Math.floor(app.idTokenValidity / 1000),
    ...(issue.nonce === undefined ? {} : { nonce: issue.nonce }),
    ...(issue.authenticatedAt === undefined ? {} : { auth_time: Math.floor(issue.authenticatedAt / 1000) }),
    at_hash: createHash('sha256').update(issue.accessToken).digest().subarray(0, 16).toString('base64url'),
  })
}

/** SF-42: the names that mobile clients look for, with values that open nothing. */
function hybridFields(instanceUrl: string): TokenFields {
  const host = new URL(instanceUrl).host
  const none = ''
  return {
    'lightning_domain': host,
    'lightning_sid': none,
    'visualforce_domain': host,
    'visualforce_sid': none,
    'content_domain': host,
    'content_sid': none,
    'csrf_token': none,
    'cookie-clientSrc': none,
    'cookie-sid_Client': none,
    'sidCookieName': 'sid',
    'parent_sid': none,
  }
}
