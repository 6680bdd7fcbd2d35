/** A grant without a browser, for tests and the demonstration: an authorization code as consent would have issued it, exchanged by the real flow. */
import { parseAddress } from '../../ip/address.ts'
import { one } from '../../storage/program.ts'
import { exchangeCode } from '../flows/token/exchange.ts'
import type { TokenFields } from '../flows/token/outcome.ts'
import type { Caller, OrgParts } from '../parts.ts'
import { chooseScopes } from '../rules/scopes.ts'
import { sha256Hex } from '../tokens/mac.ts'
import type { GrantWish } from './test-org.ts'

/** The fields of the token reply. Throws where there is no such app or user, or a policy refuses. */
export async function issueGrant(parts: OrgParts, wish: GrantWish): Promise<TokenFields> {
  const entry = parts.settings.current().appsByName.get(wish.app)
  if (entry === undefined) throw new Error(`no app is called ${wish.app}`)
  const user = await parts.storage.read(() =>
    one<{ id: string }>('SELECT id FROM users WHERE username = ?', wish.username),
  )
  if (user === undefined) throw new Error(`no user is called ${wish.username}`)
  const scopes = chooseScopes(wish.scope, entry.app.scopes)
  if (scopes.kind === 'not-allowed') throw new Error(`${wish.app} may not ask for ${scopes.scope}`)
  const code = `aPrx${Buffer.from(parts.random(32)).toString('base64url')}`
  const redirectUri = entry.app.callbacks[0] ?? 'http://localhost/'
  await storeCode(parts, { code, app: wish.app, userId: user.id, redirectUri, scopes: scopes.scopes.join(' ') })
  const outcome = await exchangeCode(parts, {
    request: { kind: 'code', flow: 'authorization_code', code, redirectUri, verifier: undefined },
    client: { entry, proof: 'client_secret_post' },
    caller: callerFrom(wish.from ?? '127.0.0.1'),
    deadline: Number.POSITIVE_INFINITY,
  })
  if (outcome.kind === 'issued') return outcome.fields
  throw new Error(`the grant was not issued: ${JSON.stringify(outcome)}`)
}

async function storeCode(
  parts: OrgParts,
  {
    code,
    app,
    userId,
    redirectUri,
    scopes,
  }: Readonly<Record<'code' | 'app' | 'userId' | 'redirectUri' | 'scopes', string>>,
): Promise<void> {
  const at = parts.clock()
  const bound = { challenge: null, challengeMethod: null, nonce: null }
  const history = {
    ...{
      id: parts.recordIds(at),
      at,
      loginType: 'Application',
      subType: 'issued for a test',
      app,
      userId,
      grantId: null,
    },
    ...{
      sourceIp: '127.0.0.1',
      forwardedFor: null,
      userAgent: null,
      status: 'Success',
      decision: 'allowed',
      trace: null,
    },
  }
  const stored = {
    hash: sha256Hex(code),
    app,
    userId,
    redirectUri,
    scopes,
    ...bound,
    issuedAt: at,
    authenticatedAt: at,
  }
  const result = await parts.storage.write('issueCode', { code: stored, history })
  if (result.kind !== 'committed') throw new Error(`the code was not stored: ${result.kind}`)
}

function callerFrom(text: string): Caller {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(address.fault.message)
  return {
    from: { address: address.value, via: 'peer', peer: address.value },
    userAgent: undefined,
    listening: () => true,
  }
}
