/** oidc-provider with rotation on, all in memory, opaque tokens, no id_token: `--adapter shipped` or `--adapter map`, `--grants N`. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { Provider } from 'oidc-provider'
import { announce } from './announce.ts'
import { listenAnywhere } from './listen.ts'
import { MapAdapter } from './map-adapter.ts'

const { values } = parseArgs({
  options: { adapter: { type: 'string', default: 'shipped' }, grants: { type: 'string', default: '32' } },
})
if (values.adapter !== 'shipped' && values.adapter !== 'map')
  throw new Error(`--adapter is shipped or map, not ${values.adapter}`)

const client = { client_id: 'bench', client_secret: 'bench-secret-of-forty-characters-0000000' }
const scope = 'offline_access'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const server = createServer()
const url = `http://127.0.0.1:${await listenAnywhere(server)}`
const provider = createProvider(url)
provider.on('server_error', (_context, error) => process.stderr.write(`${error.stack}\n`))
server.on('request', provider.callback())
const refreshTokens = await Promise.all(Array.from({ length: Number(values.grants) }, (_, n) => mint(`account-${n}`)))
announce({ url, path: '/token', form: { grant_type: 'refresh_token', ...client }, refreshTokens, pid: process.pid })

function createProvider(issuer: string): Provider {
  return new Provider(issuer, {
    ...(values.adapter === 'map' ? { adapter: MapAdapter } : {}),
    clients: [
      {
        ...client,
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: 'ES256', // the default needs an RSA key, and no id_token is issued here
        redirect_uris: ['https://client.example/callback'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    clientAuthMethods: ['client_secret_post'],
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    rotateRefreshToken: true,
    ttl: { AccessToken: 7200, Grant: 86_400, IdToken: 3600, Interaction: 3600, RefreshToken: 86_400, Session: 86_400 },
  })
}

/** What the end of a code exchange would have stored, without the browser before it. */
async function mint(accountId: string): Promise<string> {
  const found = await provider.Client.find(client.client_id)
  if (found === undefined) throw new Error('oidc-provider does not know its configured client')
  const grant = new provider.Grant({ accountId, clientId: found.clientId })
  grant.addOIDCScope(scope)
  const grantId = await grant.save()
  return new provider.RefreshToken({ accountId, client: found, grantId, gty: 'authorization_code', scope }).save()
}
