/** How an app proves itself to the real org: by its secret in the form or the header, or by assertions signed with its key. */
import { loopbackHosts } from './transport/kit.ts'
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { AppWish } from '../../src/keeper/keeper-face.ts'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import type { Connection } from '../../src/keeper/transport/connection.ts'
import { openTransport, type Transport } from '../../src/keeper/transport/transport.ts'
import { secret, type Secret } from '../../src/values/secret.ts'
import { instant, minutes } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { openScene, type Scene } from './scene.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/client-assertion-${name}.pem`, import.meta.url), 'utf8')
const privateKey = secret(fixture('key'))

/** The test app of the org, with a certificate. */
const keyed = {
  apps: [
    {
      ...{ name: 'Test_App', label: 'Test App', contactEmail: 'owner@test.example' },
      globalOauthSettings: {
        ...{ consumerKey: '3MVG9test', consumerSecret: 'test-consumer-secret-0123456789' },
        ...{ callbackUrl: 'http://localhost:1717/OauthRedirect', certificate: fixture('certificate') },
      },
      oauthSettings: { commaSeparatedOauthScopes: 'Api, Web, RefreshToken, OpenID' },
    },
  ],
}

async function saveApp({ keeper, org }: Scene, about: Partial<AppWish>): Promise<void> {
  await keeper.saveApp({ name: 'nightly', loginUrl: org.url, clientId: org.client.consumerKey, ...about })
}

describe('an app', () => {
  test('with a private key exchanges, again and again, each time with another assertion (RFC 7523)', async () => {
    await using scene = await openScene({ org: keyed })
    await saveApp(scene, { privateKey })
    for (const generation of [2, 3]) equal((await scene.keeper.verify('canary')).generation, generation)
    deepEqual(
      (await scene.keeper.apps()).map(({ authentication, hasSecret }) => [authentication, hasSecret]),
      [['private_key_jwt', true]],
    )
  })

  test('with a private key is believed by the introspection endpoint as well', async () => {
    const time = bentTime()
    await using scene = await openScene({ org: keyed, environment: time.environment })
    await saveApp(scene, { privateKey })
    scene.org.faults.add({ kind: 'unavailable' }, { times: 1 })
    await rejects(scene.keeper.accessToken('canary'), { code: 'IN_DOUBT' })
    time.ahead(minutes(7))
    await scene.org.clock.advance(minutes(7)) // assertions are made by the keeper's clock, and judged by the org's
    equal((await scene.keeper.accessToken('canary')).generation, 2)
    const asked = await scene.keeper.events()
    equal(
      asked.some(({ kind }) => kind === 'connection.last_retry'),
      false,
      'introspection had answered',
    )
  })

  test('with another private key than the org knows is refused, and keeps its token', async () => {
    await using scene = await openScene({ org: keyed })
    const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await saveApp(scene, { privateKey: secret(other.export({ type: 'pkcs8', format: 'pem' }).toString()) })
    await rejects(scene.keeper.verify('canary'), ({ code }: KeeperError) => code !== 'REAUTHORIZATION_REQUIRED')
    await saveApp(scene, { privateKey })
    scene.org.faults.clear()
    equal((await scene.keeper.connection('canary'))?.generation, 1)
  })

  test('with a secret in the header exchanges', async () => {
    await using scene = await openScene()
    await saveApp(scene, { clientSecret: secret(scene.org.client.consumerSecret), authentication: 'basic' })
    equal((await scene.keeper.verify('canary')).generation, 2)
    await saveApp(scene, { clientSecret: secret('another'), authentication: 'basic' })
    await rejects(scene.keeper.verify('canary'), { code: 'REFUSED' })
  })

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const locked = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
  const pem = (key: typeof ec): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const bad: Readonly<Record<string, readonly [Partial<AppWish>, RegExp]>> = {
    'a key and a secret': [{ privateKey, clientSecret: secret('s') }, /both a client secret and a private key/],
    'a key and a word for secrets': [{ privateKey, authentication: 'basic' }, /has a private key and is to prove/],
    'a key on an elliptic curve': [{ privateKey: secret(pem(ec)) }, /is of the kind ec and not RSA/],
    'a short key': [{ privateKey: secret(pem(short)) }, /has 1024 bits/],
    'a key behind a passphrase': [{ privateKey: secret(locked) }, /is encrypted/],
    'junk for a key': [{ privateKey: secret('s3cr3t junk') }, /is no private key in PEM/],
    'a plain text, as JavaScript may have it': [
      { clientSecret: 's3cr3t' as unknown as Secret },
      /clientSecret is to be wrapped/,
    ],
    'no key where one is promised': [{ authentication: 'private_key_jwt' }, /by a private key and has none/],
    'no secret for the header': [{ authentication: 'basic' }, /by its secret and has none/],
  }
  test('is refused with what cannot prove it, and what was there stays', async () => {
    await using scene = await openScene()
    for (const [sentence, [about, words]] of Object.entries(bad))
      await rejects(saveApp(scene, about), (cause: KeeperError) => {
        equal(cause.code, 'INVALID', sentence)
        match(cause.message, words)
        equal(/s3cr3t|BEGIN/.test(cause.message + cause.next.join()), false)
        return true
      })
    equal((await scene.keeper.verify('canary')).generation, 2)
  })
})

/** The org's reply with another text in it, as long as the one that was there. */
function altering(bend: { alter: (body: string) => string }): Pick<KeeperEnvironment, 'transport'> {
  const opened = openTransport({
    hosts: loopbackHosts,
    route: { kind: 'direct' },
    clock: () => instant(Date.now()),
    monotonic: () => performance.now(),
  })
  if (!opened.ok) throw new Error(opened.fault)
  const real = opened.value
  const transport: Transport = {
    ...real,
    async open(wish) {
      const way = await real.open(wish)
      if (way.kind !== 'open') return way
      const post: Connection['post'] = async (...asked) => {
        const posted = await way.connection.post(...asked)
        if (posted.kind !== 'replied') return posted
        return { ...posted, raw: Buffer.from(bend.alter(Buffer.from(posted.raw).toString('latin1')), 'latin1') }
      }
      return { ...way, connection: { ...way.connection, post, close: () => way.connection.close() } }
    },
  }
  return { transport }
}

describe('SF-46: the signature of a token reply', () => {
  const kinds = async ({ keeper }: Scene): Promise<readonly string[]> => (await keeper.events()).map(({ kind }) => kind)

  test('by the secret that is known is right, and nothing is told', async () => {
    await using scene = await openScene()
    await scene.keeper.verify('canary')
    equal((await scene.keeper.connection('canary'))?.signature, 'right')
    equal((await scene.keeper.connection('canary'))?.userId, '005000000000001AAA')
    equal((await kinds(scene)).includes('connection.signature_mismatch'), false)
  })

  test('L-58: that is wrong costs no token, takes no identity over, and is told once until it is right again', async () => {
    const bend = { alter: (body: string): string => body.replaceAll('005000000000001AAA', '005000000000666AAA') }
    await using scene = await openScene({ environment: altering(bend) })
    for (const generation of [2, 3]) equal((await scene.keeper.verify('canary')).generation, generation)
    const view = await scene.keeper.connection('canary')
    deepEqual([view?.state, view?.signature, view?.userId], ['alive', 'wrong', undefined])
    bend.alter = (body) => body
    equal((await scene.keeper.verify('canary')).generation, 4)
    equal((await scene.keeper.connection('canary'))?.signature, 'right')
    equal((await kinds(scene)).filter((kind) => kind === 'connection.signature_mismatch').length, 1)
  })

  test('of an app that proves itself by a key is not judged', async () => {
    await using scene = await openScene({ org: keyed })
    await saveApp(scene, { privateKey })
    await scene.keeper.verify('canary')
    equal((await scene.keeper.connection('canary'))?.signature, undefined)
  })
})
