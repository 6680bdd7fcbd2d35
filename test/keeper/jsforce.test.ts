/** Unmodified jsforce, which loses a family by itself (test/clients/jsforce.test.ts). */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { Connection } from 'jsforce'
import { forJsforce } from '../../src/keeper.ts'
import { hours } from '../../src/values/time.ts'
import { openScene } from './scene.ts'

const usernames = async (connection: Connection): Promise<readonly unknown[]> =>
  (await connection.query('SELECT Id, Username FROM User')).records.map(({ Username }) => Username)

test('L-31: jsforce through the keeper survives a hundred rotations', async () => {
  await using scene = await openScene()
  const connection = new Connection({ ...(await forJsforce(scene.keeper, 'canary')), version: '60.0' })
  for (let n = 1; n <= 100; n += 1) {
    await scene.org.clock.advance(hours(3)) // the session of the access token is over
    deepEqual(await usernames(connection), [scene.org.user.username])
  }
  equal((await scene.keeper.connection('canary'))?.generation, 102)
})

test('L-34: requests of jsforce that are refused together cause one exchange', async () => {
  await using scene = await openScene()
  const options = await forJsforce(scene.keeper, 'canary')
  const connections = Array.from({ length: 20 }, () => new Connection({ ...options, version: '60.0' }))
  await scene.org.clock.advance(hours(3))
  await Promise.all(connections.map((each) => usernames(each)))
  equal((await scene.keeper.connection('canary'))?.generation, 3)
})

test('what the keeper says of a connection that is over is what jsforce says', async () => {
  await using scene = await openScene()
  const connection = new Connection({ ...(await forJsforce(scene.keeper, 'canary')), version: '60.0' })
  await scene.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
  await rejects(usernames(connection), /authorized again|not exchanged/)
})
