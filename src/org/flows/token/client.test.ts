import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { importPKCS8, SignJWT, type JWTPayload } from 'jose'
import {
  assertionCertificate,
  assertionKey,
  callerFrom,
  openTestParts,
  secretOf,
  type Wish,
} from '../../../../test/org-parts/parts.ts'
import { start } from '../../../../test/org-parts/store.ts'
import { authenticateClient } from './client.ts'

const key = '3MVG9billing'
const secret = secretOf('Billing')
const basic = (id: string, word: string) => `Basic ${Buffer.from(`${id}:${word}`).toString('base64')}`
type Sent = { readonly form?: Readonly<Record<string, string>>; readonly authorization?: string }

async function ask(t: TestContext, sent: Sent, wish: Wish = {}): Promise<string> {
  const { parts } = await openTestParts(t, wish)
  const form = new Map(Object.entries(sent.form ?? {}))
  const client = await authenticateClient(parts, { form, authorization: sent.authorization }, callerFrom('192.0.2.1'))
  return client.ok ? `${client.value.entry.app.name} ${client.value.proof}` : client.fault.code
}

describe('client authentication', () => {
  const cases: Record<string, [Sent, string]> = {
    'SF-15: a secret in the body': [{ form: { client_id: key, client_secret: secret } }, 'Billing client_secret_post'],
    'SF-15: a secret by Basic': [{ authorization: basic(key, secret) }, 'Billing client_secret_basic'],
    'RFC 6749 section 2.3.1: both halves of Basic are form-encoded': [
      { authorization: basic(encodeURIComponent(key), encodeURIComponent(secret)) },
      'Billing client_secret_basic',
    ],
    'the scheme in another case': [
      { authorization: basic(key, secret).replace('Basic', 'bAsIc') },
      'Billing client_secret_basic',
    ],
    'no secret at all: whether that is enough, a policy says': [{ form: { client_id: key } }, 'Billing none'],
    'an empty secret is none': [{ form: { client_id: key, client_secret: '' } }, 'Billing none'],
    'an empty secret by Basic is none': [{ authorization: basic(key, '') }, 'Billing none'],
    'another scheme is no credential': [{ form: { client_id: key }, authorization: 'Bearer x' }, 'Billing none'],
    'SF-62: a wrong secret': [{ form: { client_id: key, client_secret: 'wrong' } }, 'CLIENT_SECRET_WRONG'],
    'SF-62: a wrong secret by Basic': [{ authorization: basic(key, 'wrong') }, 'CLIENT_SECRET_WRONG'],
    'the secret of another app': [
      { form: { client_id: key, client_secret: secretOf('Other') } },
      'CLIENT_SECRET_WRONG',
    ],
    'SF-18: in both places, equal': [
      { form: { client_id: key, client_secret: secret }, authorization: basic(key, secret) },
      'Billing client_secret_basic',
    ],
    'SF-18: the client_id twice and the secret once': [
      { form: { client_id: key }, authorization: basic(key, secret) },
      'Billing client_secret_basic',
    ],
    'SF-18: in both places, another secret in the body': [
      { form: { client_id: key, client_secret: 'wrong' }, authorization: basic(key, secret) },
      'CLIENT_SECRET_WRONG',
    ],
    'SF-18: in both places, another secret in the header': [
      { form: { client_id: key, client_secret: secret }, authorization: basic(key, 'wrong') },
      'CLIENT_SECRET_WRONG',
    ],
    'SF-18: a secret in the body and an empty one in the header': [
      { form: { client_id: key, client_secret: secret }, authorization: basic(key, '') },
      'CLIENT_SECRET_WRONG',
    ],
    'SF-18: another app in the header': [
      { form: { client_id: key }, authorization: basic('3MVG9other', secretOf('Other')) },
      'CLIENT_SECRET_WRONG',
    ],
    'SF-61: an unknown client': [{ form: { client_id: 'nobody', client_secret: secret } }, 'CLIENT_UNKNOWN'],
    'SF-61: no client at all': [{}, 'CLIENT_UNKNOWN'],
    'SF-61: Basic without a colon': [
      { authorization: `Basic ${Buffer.from(key).toString('base64')}` },
      'CLIENT_UNKNOWN',
    ],
    'the name of an app is not its key': [{ form: { client_id: 'Billing' } }, 'CLIENT_UNKNOWN'],
  }
  for (const [sentence, [sent, wanted]] of Object.entries(cases))
    test(sentence, async (t) => equal(await ask(t, sent), wanted))

  test('P-11: an unknown client is counted as junk and written nowhere', async (t) => {
    const { parts, store } = await openTestParts(t)
    const form = new Map([['client_id', 'nobody']])
    await authenticateClient(parts, { form, authorization: undefined }, callerFrom('192.0.2.1'))
    await parts.monitor.flush()
    deepEqual(await store.rows('SELECT kind, source_ip, count FROM junk'), [
      { kind: 'client', source_ip: '192.0.2.1', count: 1 },
    ])
    deepEqual(await store.rows('SELECT id FROM login_history'), [])
  })
})

describe('many failures of one client', () => {
  test('as many as the limit are told what is wrong, those beyond to slow down; a right secret always passes', async (t) => {
    const { parts } = await openTestParts(t, { configuration: { limits: { clientFailures: 3 } } })
    const tell = async (word: string, from = '192.0.2.1') => {
      const form = new Map(Object.entries({ client_id: key, client_secret: word }))
      const client = await authenticateClient(parts, { form, authorization: undefined }, callerFrom(from))
      return client.ok ? 'ok' : client.fault.code
    }
    const told = [await tell('1'), await tell('2'), await tell('3'), await tell('4')]
    deepEqual(
      told.slice(0, 3),
      Array.from({ length: 3 }, () => 'CLIENT_SECRET_WRONG'),
    )
    equal(told[3], 'CLIENT_TOO_MANY_FAILURES')
    equal(await tell(secret), 'ok')
    equal(await tell('5', '192.0.2.2'), 'CLIENT_SECRET_WRONG')
  })

  test('the addresses of one IPv6 /64 share the limit: whoever has one of them has them all', async (t) => {
    const { parts } = await openTestParts(t, { configuration: { limits: { clientFailures: 2 } } })
    const tell = async (from: string) => {
      const form = new Map(Object.entries({ client_id: key, client_secret: 'wrong' }))
      const client = await authenticateClient(parts, { form, authorization: undefined }, callerFrom(from))
      return client.ok ? 'ok' : client.fault.code
    }
    const told = [await tell('2001:db8::1'), await tell('2001:db8::2'), await tell('2001:db8::3')]
    deepEqual(told, ['CLIENT_SECRET_WRONG', 'CLIENT_SECRET_WRONG', 'CLIENT_TOO_MANY_FAILURES'])
    equal(await tell('2001:db8:0:1::1'), 'CLIENT_SECRET_WRONG', 'the neighbouring /64')
  })
})

describe('private_key_jwt', () => {
  const audience = 'https://login.example.com/services/oauth2/token'
  const now = Math.floor(start / 1000)
  const good: JWTPayload = { iss: key, sub: key, aud: audience, exp: now + 60 }
  const sign = async (claims: JWTPayload, alg = 'RS256') =>
    await new SignJWT(claims).setProtectedHeader({ alg }).sign(await importPKCS8(assertionKey, alg))
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const present = async (t: TestContext, assertion: string, form = {}) =>
    await ask(
      t,
      { form: { client_assertion_type: type, client_assertion: assertion, ...form } },
      { certificate: assertionCertificate },
    )

  const passes: Record<string, JWTPayload> = {
    'for the token endpoint': good,
    'for the server': { ...good, aud: 'https://login.example.com' },
    'for several, this server among them': { ...good, aud: ['https://other.example.com', audience] },
    'SF-104: expired for less than the allowance of the clock': { ...good, exp: now - 179 },
  }
  for (const [sentence, claims] of Object.entries(passes))
    test(`passes ${sentence}`, async (t) => equal(await present(t, await sign(claims)), 'Billing private_key_jwt'))

  test('passes beside its client_id', async (t) =>
    equal(await present(t, await sign(good), { client_id: key }), 'Billing private_key_jwt'))

  const fails: Record<string, JWTPayload> = {
    'expired': { ...good, exp: now - 181 },
    'without an end': { iss: key, sub: key, aud: audience },
    'for another server': { ...good, aud: 'https://other.example.com' },
    'by another issuer than the client': { ...good, sub: 'someone' },
    'not yet valid': { ...good, nbf: now + 600 },
  }
  for (const [sentence, claims] of Object.entries(fails))
    test(`is refused: ${sentence}`, async (t) =>
      equal(await present(t, await sign(claims)), 'CLIENT_ASSERTION_INVALID'))

  test('is refused: signed for another app, under this client_id', async (t) => {
    const claims = { ...good, iss: '3MVG9other', sub: '3MVG9other' }
    equal(await present(t, await sign(claims), { client_id: key }), 'CLIENT_ASSERTION_INVALID')
  })

  test('is refused: another algorithm than RS256', async (t) =>
    equal(await present(t, await sign(good, 'RS512')), 'CLIENT_ASSERTION_INVALID'))

  test('is refused: signed by the secret, or by nobody', async (t) => {
    const byCertificate = await new SignJWT(good)
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(assertionCertificate))
    equal(await present(t, byCertificate), 'CLIENT_ASSERTION_INVALID')
    const [, claims] = byCertificate.split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    equal(await present(t, `${none}.${claims ?? ''}.`), 'CLIENT_ASSERTION_INVALID')
  })

  test('is refused: altered', async (t) => {
    const [header, , signature] = (await sign(good)).split('.')
    const altered = Buffer.from(JSON.stringify({ ...good, exp: now + 9999 })).toString('base64url')
    equal(await present(t, `${header ?? ''}.${altered}.${signature ?? ''}`), 'CLIENT_ASSERTION_INVALID')
  })

  test('is refused where the app holds no certificate', async (t) =>
    equal(
      await ask(t, { form: { client_assertion_type: type, client_assertion: await sign(good) } }),
      'CLIENT_ASSERTION_INVALID',
    ))

  test('SF-18: is refused beside a secret, since a wrong one must fail (RFC 6749 section 2.3: one way only)', async (t) => {
    equal(await present(t, await sign(good), { client_secret: 'wrong' }), 'CLIENT_SECRET_WRONG')
    match(await present(t, await sign(good), { client_secret: '' }), /private_key_jwt$/)
  })

  test('what is no assertion names no client', async (t) => equal(await present(t, 'junk'), 'CLIENT_UNKNOWN'))
})
