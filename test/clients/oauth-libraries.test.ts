/** simple-oauth2, google-auth-library and openid-client, unmodified: how each loses what it was given (SF-303, SF-299), and how it keeps it by the code of
 *  the guide. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OAuth2Client } from 'google-auth-library'
import * as openid from 'openid-client'
import { AuthorizationCode, type AccessToken } from 'simple-oauth2'
import { forOAuthClient, type Keeper, type TokenAnswer } from '../../src/keeper.ts'
import type { TestOrg } from '../../src/testing.ts'
import { hours } from '../../src/values/time.ts'
import { openScene, type Scene } from '../keeper/scene.ts'
import { recipeUnder } from '../readme/guide-recipe.ts'
import { changeApp, history, openOrg, redeem } from './wire.ts'

const users = '/services/data/v60.0/query?q=SELECT+Id,+Username+FROM+User'
type Users = { readonly records: readonly { readonly Username: string }[] }
const usernamesIn = ({ records }: Users): readonly string[] => records.map(({ Username }) => Username)

/** What the org says to this token; undefined where it says that the token is over. */
async function usernamesWith({ url }: TestOrg, token: unknown): Promise<readonly string[] | undefined> {
  const response = await fetch(url + users, { headers: { authorization: `Bearer ${String(token)}` } })
  return response.ok ? usernamesIn((await response.json()) as Users) : undefined
}

async function familyIsDead(org: TestOrg): Promise<void> {
  equal((await history(org, '?decision=reuse')).length, 1)
}

/** The guide's connection is `acme`. */
async function openAcme(): Promise<Scene> {
  const scene = await openScene()
  await scene.adopt('acme')
  return scene
}

/** So many sessions end, and so many exchanges are made. */
async function survives({ org, keeper }: Scene, rounds: number, work: () => Promise<unknown>): Promise<void> {
  deepEqual(await work(), [org.user.username])
  const before = (await keeper.connection('acme'))?.generation ?? 0
  for (let round = 0; round < rounds; round += 1) {
    await org.clock.advance(hours(3))
    deepEqual(await work(), [org.user.username])
  }
  equal((await keeper.connection('acme'))?.generation, before + rounds)
  equal((await history(org, '?decision=reuse')).length, 0)
}

describe('google-auth-library', () => {
  const clientOf = ({ url, client: { consumerKey, consumerSecret } }: TestOrg): OAuth2Client =>
    new OAuth2Client({
      ...{ clientId: consumerKey, clientSecret: consumerSecret },
      endpoints: { oauth2TokenUrl: `${url}/services/oauth2/token` },
    })

  test('L-31: keeps the token that it was given, and loses its family at the second refresh', async () => {
    await using org = await openOrg()
    const client = clientOf(org)
    const { refresh_token, access_token } = await org.grant()
    client.setCredentials({ refresh_token, access_token })
    await org.clock.advance(hours(3))
    equal((await client.request({ url: org.url + users })).status, 200)
    equal(client.credentials.refresh_token, refresh_token)
    await org.clock.advance(hours(3))
    await rejects(client.request({ url: org.url + users }), { message: 'invalid_grant' })
    await familyIsDead(org)
  })

  test('L-42: sends a spent token again by itself when the answer is lost, and loses its family within one refresh', async () => {
    await using org = await openOrg()
    const client = clientOf(org)
    client.setCredentials({ refresh_token: (await org.grant()).refresh_token })
    org.faults.add({ kind: 'drop-response' })
    await rejects(client.getAccessToken(), { message: 'invalid_grant' })
    await familyIsDead(org)
  })

  type Recipe = { readonly connect: (keeper: Keeper) => OAuth2Client }

  test('L-31: keeps its family through the keeper', async (t) => {
    const { connect } = await recipeUnder<Recipe>(t, 'google-auth-library')
    await using scene = await openAcme()
    const client = connect(scene.keeper)
    const url = scene.org.url + users
    await survives(scene, 5, async () => usernamesIn((await client.request<Users>({ url })).data))
  })

  test('takes a 403 for the end of its token, which through the keeper costs no exchange', async (t) => {
    const { connect } = await recipeUnder<Recipe>(t, 'google-auth-library')
    await using scene = await openAcme()
    const client = connect(scene.keeper)
    const { access_token } = await forOAuthClient(scene.keeper, 'acme')()
    const forbidden = scene.org.url + '/id/00D000000000009EAA/005000000000009AAA'
    await rejects(client.request({ url: forbidden }), { status: 403 })
    deepEqual(client.credentials.access_token, access_token)
    equal((await scene.keeper.connection('acme'))?.generation, 2)
  })

  test('L-42: through the keeper nothing is sent again when the answer is lost', async (t) => {
    const { connect } = await recipeUnder<Recipe>(t, 'google-auth-library')
    await using scene = await openAcme()
    scene.org.faults.add({ kind: 'drop-response' })
    await rejects(connect(scene.keeper).getAccessToken(), { code: 'IN_DOUBT' })
    equal((await history(scene.org, '?decision=reuse')).length, 0)
  })
})

describe('simple-oauth2', () => {
  const clientOf = ({ url, client: { consumerKey: id, consumerSecret: secret } }: TestOrg): AuthorizationCode =>
    new AuthorizationCode({
      ...{ client: { id, secret }, auth: { tokenHost: url, tokenPath: '/services/oauth2/token' } },
      options: { authorizationMethod: 'body' },
    })

  test('L-32: has no refresh token any more after an answer without one, although it is still good', async () => {
    await using org = await openOrg()
    await changeApp(org, { globalOauthSettings: { isRefreshTokenRotationEnabled: false } })
    const { refresh_token } = await org.grant()
    const first = await clientOf(org).createToken({ refresh_token }).refresh()
    equal(first.token['refresh_token'], undefined)
    await rejects(first.refresh(), /400/)
    equal((await redeem(org, refresh_token)).status, 200)
  })

  test('L-31: hands out a new object, and whoever goes on with the former one ends the family', async () => {
    await using org = await openOrg()
    const { refresh_token } = await org.grant()
    const token = clientOf(org).createToken({ refresh_token })
    const rotated = await token.refresh()
    await rejects(token.refresh(), /400/)
    await rejects(rotated.refresh(), /400/)
    await familyIsDead(org)
  })

  test('L-31, L-32: keeps its family through the keeper, with rotation on and with rotation off', async (t) => {
    type Refresh = (token?: AccessToken) => Promise<AccessToken>
    type Recipe = { readonly refresher: (keeper: Keeper, client: AuthorizationCode) => Refresh }
    const { refresher } = await recipeUnder<Recipe>(t, 'simple-oauth2')
    await using scene = await openAcme()
    const refresh = refresher(scene.keeper, clientOf(scene.org))
    let token = await refresh()
    const work = async (): Promise<unknown> => {
      const answer = await usernamesWith(scene.org, token.token['access_token'])
      if (answer !== undefined) return answer
      token = await refresh(token)
      return await usernamesWith(scene.org, token.token['access_token'])
    }
    await survives(scene, 5, work)
    await changeApp(scene.org, { globalOauthSettings: { isRefreshTokenRotationEnabled: false } })
    for (let round = 0; round < 3; round += 1) {
      await scene.org.clock.advance(hours(3))
      deepEqual(await work(), [scene.org.user.username])
    }
  })
})

describe('openid-client', () => {
  const discover = async ({ url, client }: TestOrg): Promise<openid.Configuration> => {
    const proof = openid.ClientSecretPost(client.consumerSecret)
    // oxlint-disable-next-line typescript/no-deprecated -- marked so to stand out; loopback has no TLS
    const options = { execute: [openid.allowInsecureRequests] }
    return await openid.discovery(new URL(url), client.consumerKey, undefined, proof, options)
  }

  test('L-31: a program that does not store the rotated token loses its family at the second refresh', async () => {
    await using org = await openOrg()
    const configuration = await discover(org)
    const { refresh_token } = await org.grant()
    ok((await openid.refreshTokenGrant(configuration, refresh_token)).access_token)
    await rejects(openid.refreshTokenGrant(configuration, refresh_token), {
      ...{ error: 'invalid_grant', error_description: 'expired access/refresh token' },
    })
    await familyIsDead(org)
  })

  test('L-31: the same program keeps its family through the keeper', async (t) => {
    type Recipe = { readonly refresher: (keeper: Keeper) => (before?: TokenAnswer) => Promise<TokenAnswer> }
    const { refresher } = await recipeUnder<Recipe>(t, 'openid-client')
    await using scene = await openAcme()
    const [configuration, refresh] = [await discover(scene.org), refresher(scene.keeper)]
    const url = new URL(scene.org.url + users)
    let tokens = await refresh()
    const ask = async (): Promise<Response> =>
      await openid.fetchProtectedResource(configuration, tokens.access_token, url, 'GET')
    await survives(scene, 5, async () => {
      const response = await ask().catch(async (refused: unknown) => {
        ok(refused instanceof openid.WWWAuthenticateChallengeError)
        tokens = await refresh(tokens)
        return await ask()
      })
      return usernamesIn((await response.json()) as Users)
    })
  })
})

test('L-31: any other client keeps its family through the keeper', async (t) => {
  type Recipe = { readonly get: (keeper: Keeper, path: string) => Promise<Response> }
  const { get } = await recipeUnder<Recipe>(t, 'Any other client')
  await using scene = await openAcme()
  await survives(scene, 5, async () => usernamesIn((await (await get(scene.keeper, users)).json()) as Users))
})
