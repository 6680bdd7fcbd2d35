/** @salesforce/core, unmodified: what becomes of its family by itself (SF-296), and with the keeper in between. */
import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { emptyHome, home } from './throw-away-home.ts'
import { AuthInfo, Connection, Org, StateAggregator } from '@salesforce/core'
import { forSalesforceCore, type Keeper } from '../../src/keeper.ts'
import type { TestOrg } from '../../src/testing.ts'
import { hours } from '../../src/values/time.ts'
import { openScene } from '../keeper/scene.ts'
import { recipeUnder } from '../readme/guide-recipe.ts'
import { history, openOrg } from './wire.ts'

const usernames = async (connection: Connection): Promise<readonly unknown[]> =>
  (await connection.query('SELECT Id, Username FROM User')).records.map((record) => record['Username'])

/** As a pipeline begins: from a refresh token that is kept as a secret of the repository. */
async function login({ url, client }: TestOrg, refreshToken: string): Promise<Connection> {
  emptyHome()
  StateAggregator.clearInstance()
  const { consumerKey: clientId, consumerSecret: clientSecret } = client
  const oauth2Options = { loginUrl: url, clientId, clientSecret, refreshToken }
  return await Connection.create({ authInfo: await AuthInfo.create({ oauth2Options }) })
}

const dead = { message: /expired access\/refresh token/ }

describe('@salesforce/core under rotation, by itself', () => {
  test('keeps the rotated token in a file of its machine, and lives', async () => {
    await using org = await openOrg()
    const connection = await login(org, (await org.grant()).refresh_token)
    for (let round = 0; round < 3; round += 1) {
      await org.clock.advance(hours(3)) // the session of the access token is over
      deepEqual(await usernames(connection), [org.user.username])
    }
    ok(existsSync(join(home, '.sfdx', `${org.user.username}.json`)))
  })

  test('L-31: loses its family in the next run of a pipeline, whose token the first run has spent', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    const first = await login(org, refresh_token)
    deepEqual(await usernames(first), [org.user.username])
    await rejects(login(org, refresh_token), dead)
    await rejects(usernames(first), dead)
    equal((await history(org, '?decision=reuse')).length, 1)
  })

  test('L-41: loses its family after an answer that was lost on the way', async () => {
    await using org = await openOrg()
    const connection = await login(org, (await org.grant()).refresh_token)
    await org.clock.advance(hours(3))
    org.faults.add({ kind: 'drop-response' })
    await rejects(usernames(connection))
    await rejects(usernames(connection), dead)
    equal((await history(org, '?decision=reuse')).length, 1)
  })
})

describe('@salesforce/core through the keeper', () => {
  test('L-31: by the code of the guide, survives a hundred rotations', async (t) => {
    type Recipe = { readonly connect: (keeper: Keeper) => Promise<Connection> }
    const { connect } = await recipeUnder<Recipe>(t, '@salesforce/core')
    await using scene = await openScene()
    await scene.adopt('acme')
    const connection = await connect(scene.keeper)
    for (let n = 1; n <= 100; n += 1) {
      await scene.org.clock.advance(hours(3))
      deepEqual(await usernames(connection), [scene.org.user.username])
    }
    equal((await scene.keeper.connection('acme'))?.generation, 102)
  })

  test('L-31, L-34: begins again in an empty home as often as it likes, and several connections cause one exchange', async () => {
    await using scene = await openScene()
    for (let run = 1; run <= 3; run += 1) {
      emptyHome()
      StateAggregator.clearInstance()
      const authInfo = await forSalesforceCore(scene.keeper, 'canary', AuthInfo) // the access token is over at the second run
      const connections = await Promise.all([1, 2, 3].map(() => Connection.create({ authInfo })))
      equal((await scene.keeper.connection('canary'))?.generation, 2 * run)
      await scene.org.clock.advance(hours(3))
      await Promise.all(connections.map((each) => usernames(each)))
      equal((await scene.keeper.connection('canary'))?.generation, 2 * run + 1)
      await scene.org.clock.advance(hours(3))
    }
    equal((await history(scene.org, '?decision=reuse')).length, 0)
  })

  test('knows its user, shows its live access token, makes an Org, writes nothing to disk, and says when it is over', async () => {
    await using scene = await openScene()
    emptyHome()
    StateAggregator.clearInstance()
    const authInfo = await forSalesforceCore(scene.keeper, 'canary', AuthInfo)
    const connection = await Connection.create({ authInfo })
    await scene.org.clock.advance(hours(3))
    deepEqual(await usernames(connection), [scene.org.user.username])
    equal(authInfo.getUsername(), scene.org.user.username)
    const live = (await scene.keeper.accessToken('canary')).accessToken.expose()
    const { accessToken, refreshToken, instanceUrl } = authInfo.getFields(true)
    deepEqual([accessToken, refreshToken, instanceUrl], [live, undefined, scene.org.url])
    equal((await Org.create({ connection })).getUsername(), scene.org.user.username)
    await authInfo.save({ alias: 'acme' })
    equal(existsSync(join(home, '.sfdx', `${scene.org.user.username}.json`)), false)

    await scene.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
    await rejects(usernames(connection), ({ message }: Error) => {
      match(message, /REAUTHORIZATION_REQUIRED/)
      doesNotMatch(message, /00D\w+!/)
      return true
    })
    await rejects(forSalesforceCore(scene.keeper, 'canary', AuthInfo), { code: 'REAUTHORIZATION_REQUIRED' })
  })
})
