/** L-60: a walk full of mishaps, and no secret of it in anything that the org prints, logs, records, replies or stores. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startBentOrg } from '../kit/bent-org.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { OrgEnvironment } from '../../src/org/org.ts'
import { emptyFolder, service } from '../cli/command.ts'
import { authorizeAs } from '../clients/person.ts'
import { openCorpus, readFolder, type Corpus } from './corpus.ts'

const username = 'ana@acme.example'
const client_id = '3MVG9canaries'
const redirect_uri = 'http://localhost:1717/callback'

type Walked = { readonly url: string; readonly corpus: Corpus; readonly as: Secrets }
type Secrets = Readonly<Record<'password' | 'consumerSecret' | 'adminToken', string>>

const secretsOf = (corpus: Corpus): Secrets => ({
  password: corpus.secret('password', 'canary-password-0xC0FFEE'),
  consumerSecret: corpus.secret('consumer secret', 'canary-consumer-secret-0xC0FFEE'),
  adminToken: corpus.secret('admin token', 'canary-admin-token-0xC0FFEE-and-then-some'),
})

const orgFile = ({ password, consumerSecret }: Secrets): string =>
  JSON.stringify({
    users: [{ username, password, email: username }],
    externalClientApps: [
      {
        ...{ name: 'Canaries', contactEmail: username },
        globalOauthSettings: { consumerKey: client_id, consumerSecret, callbackUrl: redirect_uri },
        oauthSettings: { commaSeparatedOauthScopes: 'Api, RefreshToken, OpenID' },
      },
    ],
  })

const json = { 'content-type': 'application/json' }

/** A call of the admin API; `isPrivate` where its reply is to hold a secret. */
async function admin(
  { url, corpus, as }: Walked,
  path: string,
  { method, body, isPrivate }: { readonly method?: string; readonly body?: string; readonly isPrivate?: boolean } = {},
): Promise<string> {
  const send = isPrivate === true ? fetch : corpus.fetch
  const authorization = `Bearer ${as.adminToken}`
  const init = body === undefined ? { headers: { authorization } } : { headers: { authorization, ...json }, body }
  const response = await send(`${url}/admin/v1${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...init,
  })
  return await response.text()
}

type Form = Readonly<Record<string, string>>
const post = ({ url, corpus }: Walked, path: string, form: Form): Promise<Response> =>
  corpus.fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form) })

const tokenPath = '/services/oauth2/token'

/** A success, whose reply is for the client alone: its tokens become secrets. */
async function succeed({ url, corpus }: Walked, form: Form): Promise<Form> {
  const response = await fetch(`${url}${tokenPath}`, { method: 'POST', body: new URLSearchParams(form) })
  const fields: Form = JSON.parse(await response.text())
  equal(response.status, 200, JSON.stringify(fields))
  for (const name of ['access_token', 'refresh_token', 'id_token'])
    if (fields[name] !== undefined) corpus.secret(`${name} ${corpus.secrets.size}`, fields[name])
  return fields
}

/** From login to consent, with a wrong password and a code of the mail on the way. */
async function authorize(walked: Walked): Promise<{ readonly code: string; readonly verifier: string }> {
  const { corpus, url, as } = walked
  const verifier = corpus.secret(
    `verifier ${corpus.secrets.size}`,
    Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
  )
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id, redirect_uri, prompt: 'login consent', scope: 'openid api refresh_token' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  })
  const path = `${url}/services/oauth2/authorize?${query.toString()}`
  const wrong = corpus.secret('wrong password', 'canary-wrong-password-0xBEEF')
  await authorizeAs({ username, password: wrong, fetch: corpus.fetch }, path).then(
    () => ok(false, 'a wrong password was enough'),
    (cause: Error) => match(cause.message, /Please check your username and password/),
  )
  const verificationCode = async (): Promise<string> => {
    const reply = await admin(walked, `/users/${username}/verification-code`, { isPrivate: true })
    return corpus.secret('verification code', JSON.parse(reply).code)
  }
  const callback = await authorizeAs({ username, password: as.password, verificationCode, fetch: corpus.fetch }, path)
  return {
    code: corpus.secret(`code ${corpus.secrets.size}`, callback.searchParams.get('code') ?? undefined),
    verifier,
  }
}

/** Each mistake that a client makes with its secrets in its hands. */
async function stumble(
  walked: Walked,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<Form> {
  const { corpus, url, as } = walked
  const client = { client_id, client_secret: as.consumerSecret }
  const exchange = { ...client, grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier }
  const wrongSecret = corpus.secret('wrong secret', 'canary-wrong-secret-0xBEEF')
  await post(walked, tokenPath, { ...exchange, client_secret: wrongSecret })
  await post(walked, tokenPath, {
    ...exchange,
    code_verifier: corpus.secret('wrong verifier', `canary${'w'.repeat(60)}`),
  })
  await post(walked, tokenPath, { ...exchange, redirect_uri: 'https://elsewhere.example/' })
  await post(walked, tokenPath, { ...exchange, client_id: as.consumerSecret })
  const basic = { authorization: `Basic ${btoa(`${client_id}:${wrongSecret}`)}` }
  await corpus.fetch(`${url}${tokenPath}`, { method: 'POST', headers: basic, body: new URLSearchParams(exchange) })
  const first = await succeed(walked, exchange)
  const refresh = { ...client, grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' }
  const { refresh_token = '', access_token = '' } = await succeed(walked, refresh)
  await post(walked, tokenPath, { ...refresh, refresh_token, scope: `full ${access_token}` })
  await post(walked, tokenPath, { ...refresh, refresh_token: `${refresh_token}x` })
  await post(walked, tokenPath, { ...refresh, grant_type: refresh_token })
  const sent = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  await corpus.fetch(`${url}${tokenPath}`, {
    ...sent,
    body: `refresh_token=${refresh_token}&refresh_token=${refresh_token}`,
  })
  await corpus.fetch(`${url}${tokenPath}`, { ...sent, body: `${refresh_token}=1&${refresh_token}=1` })
  await corpus.fetch(`${url}${tokenPath}`, { ...sent, body: `refresh_token=${refresh_token}%` })
  await corpus.fetch(`${url}${tokenPath}`, { ...sent, headers: { 'content-type': refresh_token }, body: refresh_token })
  await corpus.fetch(`${url}${tokenPath}`, { ...sent, body: `refresh_token=${refresh_token}`.padEnd(300_000, 'x') })
  await corpus.fetch(`${url}${tokenPath}?${new URLSearchParams({ ...refresh, refresh_token }).toString()}`)
  await corpus.fetch(`${url}/nowhere/${refresh_token}?token=${refresh_token}`)
  await corpus.fetch(`${url}/id/${refresh_token}/x`, { headers: { authorization: `Bearer ${access_token}` } })
  await corpus.fetch(`${url}/services/oauth2/userinfo?access_token=${access_token}`)
  await corpus.fetch(`${url}/services/oauth2/userinfo`, { headers: { authorization: `Bearer ${access_token}x` } })
  await corpus.fetch(`${url}/services/oauth2/authorize?response_type=code&client_id=${as.consumerSecret}&state=${code}`)
  await post(walked, '/services/oauth2/introspect', { ...client, token: refresh_token })
  await post(walked, '/services/oauth2/introspect', { ...client, client_secret: wrongSecret, token: refresh_token })
  await post(walked, '/services/oauth2/revoke', { token: `${refresh_token}x`, revoke_reason: refresh_token })
  await post(walked, tokenPath, exchange)
  return await succeed(walked, { ...refresh, ...(await newGrant(walked)) })
}

/** A code that came back has ended the first grant: another, and its token is spent twice. */
async function newGrant(walked: Walked): Promise<Form> {
  const { code, verifier } = await authorize(walked)
  const { consumerSecret: client_secret } = walked.as
  const client = { client_id, client_secret, redirect_uri }
  const granted = await succeed(walked, { ...client, grant_type: 'authorization_code', code, code_verifier: verifier })
  return { refresh_token: granted['refresh_token'] ?? '' }
}

/** What an administrator does with secrets, right and wrong. */
async function administer(walked: Walked): Promise<void> {
  const { corpus, url } = walked
  const wrongToken = corpus.secret('wrong admin token', 'canary-wrong-admin-token-0xBEEF')
  await corpus.fetch(`${url}/admin/v1/apps`, { headers: { authorization: `Bearer ${wrongToken}` } })
  const password = corpus.secret('password by the API', 'canary-password-by-the-api-0xC0FFEE')
  await admin(walked, '/users', { body: JSON.stringify({ username: 'bob@acme.example', password, colour: 'red' }) })
  await admin(walked, '/users', {
    body: JSON.stringify({ username: 'bob@acme.example', password, profile: 'No Such' }),
  })
  await admin(walked, '/users', { body: JSON.stringify({ username: 'bob@acme.example', password }) })
  await admin(walked, '/users', { body: JSON.stringify({ username: 'bob@acme.example', password }) })
  await admin(walked, '/users', { body: `{"username": "eve@acme.example", "password": "${password}` })
  await admin(walked, '/users', { body: JSON.stringify({ username: 'eve@acme.example', password: [password] }) })
  const changed = corpus.secret('password changed', 'canary-password-changed-0xC0FFEE')
  await admin(walked, '/users/bob@acme.example', { method: 'PATCH', body: JSON.stringify({ password: changed }) })
  const consumerSecret = corpus.secret('secret by the API', 'canary-secret-by-the-api-0xC0FFEE')
  const app = {
    name: 'Second',
    contactEmail: username,
    globalOauthSettings: { consumerSecret, callbackUrl: 'http://elsewhere.example/' },
  }
  await admin(walked, '/apps', { body: JSON.stringify(app) })
  const right = { ...app, globalOauthSettings: { consumerSecret, callbackUrl: redirect_uri } }
  await admin(walked, '/apps', { body: JSON.stringify(right), isPrivate: true })
  const rotated = await admin(walked, '/apps/Second/rotate-consumer-secret', { method: 'POST', isPrivate: true })
  corpus.secret('rotated consumer secret', JSON.parse(rotated).consumerSecret)
}

/** Everything that somebody may read afterwards. */
async function readAll(walked: Walked): Promise<void> {
  const paths = [
    '/login-history?limit=1000',
    '/ip-monitoring',
    '/setup-audit-trail',
    '/oauth-usage?ended=true',
    '/apps',
  ]
  for (const path of [...paths, '/apps/Canaries', '/apps/Second', '/users', `/users/${username}`, '/settings/security'])
    await admin(walked, path)
  for (const path of [
    '/metrics',
    '/healthz',
    '/readyz',
    '/admin/openapi.json',
    '/login',
    '/.well-known/openid-configuration',
  ])
    await walked.corpus.fetch(`${walked.url}${path}`)
}

describe('a running org', () => {
  test('L-60: has no secret in its output, its records, its replies and its files', async (t) => {
    const corpus = openCorpus()
    const as = secretsOf(corpus)
    const cwd = await emptyFolder(t)
    await writeFile(
      join(cwd, 'sallyport.yaml'),
      'storage: sqlite:./data\norg: { listen: "127.0.0.1:0", file: org.yaml, passwordHashing: { costLog2: 10 } }\n',
    )
    await writeFile(join(cwd, 'org.yaml'), orgFile(as))
    const org = await service(t, ['org'], { cwd, env: { SALLYPORT_ADMIN_TOKEN: as.adminToken } })
    const walked = { url: org.url, corpus, as }

    const last = await stumble(walked, await authorize(walked))
    await administer(walked)
    const replay = { grant_type: 'refresh_token', client_id, client_secret: as.consumerSecret }
    const fresh = await newGrant(walked)
    await succeed(walked, { ...replay, ...fresh })
    equal((await post(walked, tokenPath, { ...replay, ...fresh })).status, 400)
    await corpus.fetch(`${org.url}/services/oauth2/revoke?token=${last['refresh_token']}`)
    await readAll(walked)

    const history = [...corpus.places].find(([place]) => place.endsWith('/login-history'))?.[1] ?? ''
    for (const decision of ['allowed', 'reuse', 'password', 'device_activation', 'client', 'pkce', 'code_reuse'])
      ok(
        history.includes(`"decision":"${decision}"`),
        `${decision} is missing: ${[...new Set(history.match(/"decision":"[^"]*"/g))].join()}`,
      )
    const files = await readFolder(join(cwd, 'data'))
    const { stdout, stderr } = await org.stop()
    for (const [name, bytes] of [...files, ...(await readFolder(join(cwd, 'data')))]) corpus.told(`file ${name}`, bytes)
    corpus.told('standard output', stdout)
    corpus.told('standard error', stderr)

    ok(
      files.some(([name, bytes]) => name.endsWith('org.db') && bytes.length > 10_000),
      'the store was read',
    )
    ok(
      corpus.secrets.size > 25 && corpus.places.size > 60,
      `${corpus.secrets.size} secrets, ${corpus.places.size} places`,
    )
    deepEqual(corpus.leaks(), [])
    const code = corpus.secrets.get('verification code') ?? ''
    corpus.told('planted', `and here are ${encodeURIComponent(as.password)}, ${code} and ${btoa(as.consumerSecret)}`)
    equal(corpus.leaks().length, 3, 'what is planted is found')
  })
})

describe('an org whose store fails', () => {
  test('L-60: logs its troubles without a secret', async () => {
    const corpus = openCorpus()
    const as = secretsOf(corpus)
    const log: string[] = []
    const note = (event: string, fields?: object): void => void log.push(JSON.stringify([event, fields]))
    const disk = { full: false }
    const org = await startBentOrg({
      file: orgFile(as),
      configuration: { passwordHashing: { costLog2: 10 } },
      environment: { log: { info: note, warn: note, error: note }, openStorage: failing(disk) },
    })
    try {
      const walked = {
        url: org.url,
        corpus,
        as: { ...as, adminToken: corpus.secret('its admin token', org.adminToken) },
      }
      const granted = await newGrant(walked)
      const { code, verifier } = await authorize(walked)
      const client = { client_id, client_secret: as.consumerSecret, redirect_uri }
      disk.full = true
      const exchange = { ...client, grant_type: 'authorization_code', code, code_verifier: verifier }
      equal((await post(walked, tokenPath, exchange)).status, 503)
      const refresh = { ...client, ...granted, grant_type: 'refresh_token' }
      equal((await post(walked, tokenPath, refresh)).status, 503)
      await post(walked, tokenPath, { ...refresh, client_secret: 'canary-wrong-secret' })
      await post(walked, '/services/oauth2/revoke', { token: granted['refresh_token'] ?? '' })
      await authorize(walked).catch(() => undefined)
      await admin(walked, '/users', { body: JSON.stringify({ username: 'bob@acme.example', password: as.password }) })
      disk.full = false
      await succeed(walked, refresh)
      await readAll(walked)
      corpus.told('log', log.join('\n'))
      match(log.join('\n'), /redemption-not-stored/)
      deepEqual(corpus.leaks(), [])
    } finally {
      await org.close()
    }
  })
})

/** The real storage, whose writes come to nothing while the disk is full. */
function failing(disk: { readonly full: boolean }): OrgEnvironment['openStorage'] {
  return async (options) => {
    const storage = await openStorage(options)
    return {
      engine: storage.engine,
      read: (program) => storage.read(program),
      write: async (...call) =>
        disk.full ? { kind: 'failed', cause: new Error('database or disk is full') } : await storage.write(...call),
      backup: (path) => storage.backup(path),
      close: () => storage.close(),
    }
  }
}
