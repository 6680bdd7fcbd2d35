/** Unmodified jsforce, which loses a family by itself (test/clients/jsforce.test.ts). */
import { deepEqual, doesNotMatch, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test, type TestContext } from 'node:test'
import { Connection } from 'jsforce'
import { forJsforce, type Keeper } from '../../src/keeper.ts'
import { hours } from '../../src/values/time.ts'
import { recipeUnder } from '../readme/guide-recipe.ts'
import { bentTime } from './bent-time.ts'
import { openScene } from './scene.ts'

const version = '60.0'
const usernames = async (connection: Connection): Promise<readonly unknown[]> =>
  (await connection.query('SELECT Id, Username FROM User')).records.map(({ Username }) => Username)

test('L-31: jsforce through the keeper, by the code of the guide, survives a hundred rotations', async (t) => {
  type Recipe = { readonly connect: (keeper: Keeper) => Promise<Connection> }
  const { connect } = await recipeUnder<Recipe>(t, 'jsforce')
  await using scene = await openScene()
  await scene.adopt('acme')
  const connection = await connect(scene.keeper)
  for (let n = 1; n <= 100; n += 1) {
    await scene.org.clock.advance(hours(3)) // the session of the access token is over
    deepEqual(await usernames(connection), [scene.org.user.username])
  }
  equal((await scene.keeper.connection('acme'))?.generation, 102)
})

test('L-34: requests of jsforce that are refused together cause one exchange', async () => {
  await using scene = await openScene()
  const options = await forJsforce(scene.keeper, 'canary')
  const connections = Array.from({ length: 10 }, () => new Connection({ ...options, version }))
  await scene.org.clock.advance(hours(3))
  await Promise.all(connections.flatMap((each) => [usernames(each), usernames(each)]))
  equal((await scene.keeper.connection('canary'))?.generation, 3)
})

describe('what goes wrong', () => {
  test('of a connection that is over jsforce says what the keeper says: the sentence, its code, what to do', async () => {
    await using scene = await openScene()
    const connection = new Connection({ ...(await forJsforce(scene.keeper, 'canary')), version })
    await scene.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
    await rejects(usernames(connection), ({ message }: Error) => {
      match(message, /^Unable to refresh session due to: .* \(REAUTHORIZATION_REQUIRED\) \S/)
      doesNotMatch(message, /00D\w+!/)
      return true
    })
  })

  test('a listener of jsforce that throws fails the request, and not the process', async () => {
    await using scene = await openScene()
    const connection = new Connection({ ...(await forJsforce(scene.keeper, 'canary')), version })
    connection.once('refresh', () => {
      throw new Error('the listener is broken')
    })
    await scene.org.clock.advance(hours(3))
    await rejects(usernames(connection), /the listener is broken/)
    deepEqual(await usernames(connection), [scene.org.user.username])
  })

  test('an org that answers 401 to a token that it calls alive fails the request, and costs no exchange', async (t) => {
    await using scene = await openScene()
    const refusing = await addressThatRefuses(t)
    const options = await forJsforce(scene.keeper, 'canary')
    const connection = new Connection({ ...options, instanceUrl: refusing.url, version })
    await rejects(usernames(connection), /answers 401 to an access token that it calls alive/)
    deepEqual([refusing.asked(), (await scene.keeper.connection('canary'))?.generation], [1, 2])
  })

  test('an org that has moved fails the request that went to the former address, once, and serves the next at the new one', async (t) => {
    await using scene = await openScene()
    const former = await addressThatRefuses(t)
    const options = await forJsforce(movedFrom(former.url, scene.keeper), 'canary')
    const connection = new Connection({ ...options, version })
    await scene.org.clock.advance(hours(3))
    equal(connection.instanceUrl, former.url)
    await rejects(usernames(connection), ({ message }: Error) => {
      ok(message.includes(`The org has moved from ${former.url} to ${scene.org.url}. Do it again`), message)
      return true
    })
    deepEqual(await usernames(connection), [scene.org.user.username])
    deepEqual([former.asked(), connection.instanceUrl], [1, scene.org.url])
    equal((await scene.keeper.connection('canary'))?.generation, 3)
  })
})

test('a response that jsforce streams holds the refusal instead of the records, unless the token was freshened as the guide does', async (t) => {
  type Recipe = { readonly freshen: (keeper: Keeper, connection: Connection) => Promise<void> }
  const { freshen } = await recipeUnder<Recipe>(t, 'Streams of jsforce')
  const time = bentTime()
  await using scene = await openScene({ environment: time.environment })
  await scene.adopt('acme')
  const connection = new Connection({ ...(await forJsforce(scene.keeper, 'acme')), version })
  const streamed = async (): Promise<string> => {
    const request = connection.request('/services/data/v60.0/query?q=SELECT+Id,+Username+FROM+User')
    const read = await text(request.stream())
    await request // jsforce sends it again, and nobody reads that
    return read
  }
  const before = connection.accessToken
  time.ahead(hours(3))
  await scene.org.clock.advance(hours(3))
  await freshen(scene.keeper, connection)
  notEqual(connection.accessToken, before)
  match(await streamed(), /admin@/)
  await scene.org.clock.advance(hours(3))
  match(await streamed(), /INVALID_SESSION_ID/)
})

/** Answers every request as if the token were over. */
async function addressThatRefuses(t: TestContext): Promise<{ readonly url: string; readonly asked: () => number }> {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end('[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked: () => asked }
}

/** Names the former address with the token that was there before the move. */
const movedFrom = (url: string, keeper: Keeper): Keeper => ({
  ...keeper,
  accessToken: async (of, asking) => {
    const token = await keeper.accessToken(of, asking)
    return asking?.refused === undefined ? { ...token, instanceUrl: url } : token
  },
})
