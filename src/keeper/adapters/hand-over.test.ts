import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { instant } from '../../values/time.ts'
import { KeeperError } from '../keeper-error.ts'
import type { AccessToken, Keeper } from '../keeper-face.ts'
import { firstToken, refreshFnOf } from './hand-over.ts'

type Asked = Pick<Keeper, 'accessToken' | 'verify' | 'fetch'>

const tokenOf = (text: string, instanceUrl?: string): AccessToken => ({
  ...{ accessToken: secret(text), instanceUrl, expiresAt: instant('2026-01-01'), generation: 1 },
})
const first = { accessToken: 'T1', instanceUrl: 'https://acme.example' }

/** A keeper that knows nothing but what it says next. */
const keeperThat = (accessToken: Asked['accessToken'], verify?: Asked['verify']): Asked => ({
  accessToken,
  verify: verify ?? (async (of) => await accessToken(of)),
  fetch: async () => await Promise.resolve(new Response('Bad_OAuth_Token', { status: 403 })),
})

type Told = { readonly error: Error | null; readonly token: string | undefined }

const ask = (keeper: Asked, connection: { accessToken?: string | null; instanceUrl: string }): Promise<Told> =>
  new Promise((resolve) => {
    refreshFnOf(keeper, 'acme', { first })(connection, (error, token) => resolve({ error, token }))
  })

test('asks with the token that was refused', async () => {
  const refused: unknown[] = []
  const keeper = keeperThat(async (_of, asking) => {
    if (asking !== undefined) refused.push(asking.refused)
    return await Promise.resolve(tokenOf('T2', first.instanceUrl))
  })
  deepEqual(await ask(keeper, { ...first }), { error: null, token: 'T2' })
  deepEqual(await ask(keeper, { ...first, accessToken: null }), { error: null, token: 'T2' })
  deepEqual(refused, ['T1', undefined])
})

test('a token that the org calls alive is not exchanged, and the org is asked once by all who wait', async () => {
  let [asked, exchanged] = [0, 0]
  const living: Asked = {
    ...keeperThat(async (_of, asking) => {
      if (asking !== undefined) exchanged += 1
      return await Promise.resolve(tokenOf('T1', first.instanceUrl))
    }),
    fetch: async () => {
      asked += 1
      return await Promise.resolve(new Response('{}'))
    },
  }
  const refreshFn = refreshFnOf(living, 'acme', { first })
  const all = [1, 2, 3].map(async () => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    refreshFn({ ...first }, (error) => resolve(error?.message))
    return await promise
  })
  const words = 'The org answers 401 to an access token that it calls alive: it is the request that it refuses.'
  deepEqual(await Promise.all(all), [words, words, words])
  deepEqual([asked, exchanged], [1, 0])
})

test('an org that says another address than before has moved: the connection is told, the request is not repeated', async () => {
  const connection = { ...first }
  const told = await ask(
    keeperThat(async () => await Promise.resolve(tokenOf('T2', 'https://new.example'))),
    connection,
  )
  equal(told.token, undefined)
  equal(
    told.error?.message,
    'The org has moved from https://acme.example to https://new.example. Do it again: only this request went to the former address.',
  )
  deepEqual(connection, { accessToken: 'T2', instanceUrl: 'https://new.example' })
})

const atTheSame = {
  'with a slash at its end': ['https://acme.example', 'https://acme.example/'],
  'put there by the program': ['https://mine.example', 'https://acme.example'],
  'not said this time': ['https://acme.example', undefined],
} as const
for (const [sentence, [at, said]] of Object.entries(atTheSame))
  test(`an address is no move where it is ${sentence}`, async () => {
    const connection = { accessToken: 'T1', instanceUrl: at }
    const keeper = keeperThat(async () => await Promise.resolve(tokenOf('T2', said)))
    deepEqual(await ask(keeper, connection), { error: null, token: 'T2' })
    equal(connection.instanceUrl, at)
  })

test('what goes wrong is told in one message, with code and advice, and the error itself as its cause', async () => {
  const cause = new KeeperError('IN_DOUBT', 'Nobody knows.', { next: ['Wait.', 'Look.'] })
  const { error } = await ask(
    keeperThat(() => Promise.reject(cause)),
    { ...first },
  )
  deepEqual([error?.message, error?.cause], ['Nobody knows. (IN_DOUBT) Wait. Look.', cause])
  const broken = new TypeError('broken')
  equal(
    (
      await ask(
        keeperThat(() => Promise.reject(broken)),
        { ...first },
      )
    ).error,
    broken,
  )
})

test('a callback that throws is called once more, with what it threw', async () => {
  const keeper = keeperThat(async () => await Promise.resolve(tokenOf('T2')))
  const thrown = new Error('a listener')
  const told = await new Promise((resolve) => {
    refreshFnOf(keeper, 'acme', { first })({ ...first }, (error) => {
      if (error === null) throw thrown
      resolve(error)
    })
  })
  equal(told, thrown)
})

test('an instance URL that nobody knows yet is asked for by one exchange, and only then', async () => {
  let exchanges = 0
  const verify: Asked['verify'] = async () => {
    exchanges += 1
    return await Promise.resolve(tokenOf('T2', 'https://acme.example/'))
  }
  deepEqual(
    await firstToken(
      keeperThat(async () => await Promise.resolve(tokenOf('T1')), verify),
      'acme',
    ),
    {
      ...{ accessToken: 'T2', instanceUrl: 'https://acme.example' },
    },
  )
  const known = keeperThat(async () => await Promise.resolve(tokenOf('T1', 'https://acme.example')), verify)
  deepEqual(await firstToken(known, 'acme'), first)
  equal(exchanges, 1)
  await rejects(
    firstToken(
      keeperThat(async () => await Promise.resolve(tokenOf('T1'))),
      'acme',
    ),
    /instance URL/,
  )
})
