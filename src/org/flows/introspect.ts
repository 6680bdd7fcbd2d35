/** What a token is worth at this moment, told to an app that may ask. Spends nothing and is no use: no clock of any policy moves (SF-119). */
import { fault, ok, type Result } from '../../values/result.ts'
import { instant, type Instant } from '../../values/time.ts'
import type { Caller, OrgParts } from '../parts.ts'
import type { App } from '../rules/app.ts'
import { decide, termsOf, type Refusal } from '../rules/decide.ts'
import type { GrantRow } from '../store/grants.ts'
import { looksLikeRefreshToken } from '../tokens/refresh-token.ts'
import { lookUpAccessToken } from './access-token/verify.ts'
import { lookUpRefreshToken } from './known-refresh-token.ts'
import { authenticateClient, type Credentials } from './token/client.ts'

/** The members of the reply, in the order in which Salesforce writes them (SF-118). */
export type Introspection = Readonly<Record<string, string | number | boolean>>
export type IntrospectCall = Credentials & { readonly caller: Caller }

const inactive: Introspection = { active: false }

/** The faults are the token endpoint's own: unknown client, wrong or missing secret, app switched off. */
export async function introspect(parts: OrgParts, call: IntrospectCall): Promise<Result<Introspection, Refusal>> {
  const client = await authenticateClient(parts, call, call.caller)
  if (!client.ok) return client
  const { app } = client.value.entry
  if (!app.isEnabled) return fault({ code: 'APP_NOT_ENABLED', saw: { app: app.name } })
  if (client.value.proof === 'none' && !app.isConsumerSecretOptional)
    return fault({ code: 'CLIENT_SECRET_MISSING', saw: { app: app.name } })
  const token = call.form.get('token')
  if (!token) return fault({ code: 'PARAMETER_MISSING', saw: { parameter: 'token' } })
  // the form of the token says what it is, so that token_type_hint is never needed (RFC 7662 section 2.1)
  const ask = looksLikeRefreshToken(token) ? introspectRefreshToken : introspectAccessToken
  return ok(await ask(parts, token, { app, caller: call.caller }))
}

type Asker = { readonly app: App; readonly caller: Caller }

/** SF-119: its own tokens only, unless the app may see all. */
const maySee = ({ app }: Asker, row: GrantRow): boolean => app.name === row.app || app.isIntrospectAllTokens

async function introspectAccessToken(parts: OrgParts, token: string, asker: Asker): Promise<Introspection> {
  const known = await lookUpAccessToken(parts, token)
  if (known === undefined || known.judgement.kind !== 'live' || !maySee(asker, known.row)) return inactive
  return active(parts, known.row, {
    scopes: known.scopes,
    client: known.entry.app,
    type: 'access_token',
    issuedAt: known.claims.issuedAt,
    endsAt: known.judgement.endsAt,
  })
}

/** One that its policies would refuse now is inactive, and is not ended by having been asked about (SF-119, SF-181). */
async function introspectRefreshToken(parts: OrgParts, token: string, asker: Asker): Promise<Introspection> {
  const known = await lookUpRefreshToken(parts, token, { from: asker.caller.from, now: parts.clock() })
  if (known === undefined || !known.redeemable || !maySee(asker, known.row)) return inactive
  const { row, asked, entry } = known
  if (decide(asked, entry.policies).kind === 'refused') return inactive
  // as of its last use, since asking is none: what an idle limit has left counts from there
  const lastUsedAt = instant(row.lastUsedAt)
  const { refreshTokenExpiresAt } = termsOf({ ...asked, now: lastUsedAt }, entry.policies)
  return active(parts, row, {
    scopes: asked.grant.scopes,
    client: entry.app,
    type: 'refresh_token',
    issuedAt: row.generation === 0 ? asked.grant.authorizedAt : lastUsedAt,
    endsAt: refreshTokenExpiresAt,
  })
}

type Active = {
  readonly scopes: readonly string[]
  readonly client: App
  readonly type: 'access_token' | 'refresh_token'
  readonly issuedAt: Instant
  readonly endsAt: Instant | 'never'
}

function active(parts: OrgParts, row: GrantRow, { scopes, client, type, issuedAt, endsAt }: Active): Introspection {
  const { organization } = parts.settings.current()
  const iat = inSeconds(issuedAt)
  return {
    active: true,
    scope: scopes.join(' '),
    client_id: client.consumerKey,
    username: row.username,
    sub: `${parts.publicUrl()}/id/${organization.id}/${row.userId}`,
    token_type: type,
    ...(endsAt === 'never' ? {} : { exp: inSeconds(endsAt) }),
    iat,
    nbf: iat,
  }
}

const inSeconds = (at: Instant): number => Math.floor(at / 1000)
