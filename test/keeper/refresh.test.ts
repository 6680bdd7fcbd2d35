import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { secret } from '../../src/values/secret.ts'
import { decisionsOf, openScene } from './scene.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const code = (expected: string) => (cause: KeeperError) => {
  equal(cause.code, expected, `${cause.code}: ${cause.message}`)
  return true
}

describe('a connection in the care of the keeper', () => {
  test('gives an access token that the org takes, and its refresh token is rotated', async () => {
    await using scene = await openScene()
    const { accessToken, generation } = await scene.keeper.accessToken('canary')
    equal(generation, 2)
    const userinfo = await fetch(`${scene.org.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${accessToken.expose()}` },
    })
    equal(userinfo.status, 200)
    const view = await scene.keeper.connection('canary')
    deepEqual([view?.state, view?.generation, view?.lastEgress], ['alive', 2, '127.0.0.1'])
  })

  test('L-34: a thousand callers of a due connection cause one exchange', async () => {
    await using scene = await openScene()
    const all = await Promise.all(Array.from({ length: 1000 }, () => scene.keeper.accessToken('canary')))
    equal(new Set(all.map(({ accessToken }) => accessToken.expose())).size, 1)
    equal((await scene.keeper.connection('canary'))?.generation, 2)
  })

  test('survives a hundred rotations', async () => {
    await using scene = await openScene()
    for (let i = 0; i < 100; i += 1) await scene.keeper.verify('canary')
    equal((await scene.keeper.connection('canary'))?.generation, 101)
    equal((await scene.keeper.accessToken('canary')).generation, 101)
  })

  test('L-35: two keepers over one vault exchange once for both', async () => {
    await using scene = await openScene()
    const other = await scene.again()
    const [a, b] = await Promise.all([scene.keeper.accessToken('canary'), other.accessToken('canary')])
    equal(a.accessToken.expose(), b.accessToken.expose())
    equal((await scene.keeper.connection('canary'))?.generation, 2)
  })

  test('P-24, L-41: an answer that is lost leaves it in doubt, and it is not sent again', async () => {
    await using scene = await openScene()
    await scene.keeper.accessToken('canary')
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    await rejects(scene.keeper.verify('canary'), code('IN_DOUBT'))
    await rejects(scene.keeper.verify('canary'), code('IN_DOUBT'))
    const view = await scene.keeper.connection('canary')
    equal(view?.state, 'in-doubt')
    // the live access token goes on serving meanwhile
    equal((await scene.keeper.accessToken('canary')).generation, 2)
  })

  test('P-23: words that somebody else’s exchange is under way leave it in doubt', async () => {
    await using scene = await openScene()
    scene.org.faults.add({ kind: 'in-flight' }, { times: 1 })
    await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
  })

  test('P-24: a 503 after it was sent leaves it in doubt', async () => {
    await using scene = await openScene()
    scene.org.faults.add({ kind: 'unavailable' }, { times: 1 })
    await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
  })

  test('L-53: one that was revoked costs one request, then none, and says what to do', async () => {
    await using scene = await openScene()
    await scene.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
    await rejects(scene.keeper.accessToken('canary'), code('REAUTHORIZATION_REQUIRED'))
    const before = await decisionsOf(scene.org)
    for (let i = 0; i < 10; i += 1) await rejects(scene.keeper.accessToken('canary'), code('REAUTHORIZATION_REQUIRED'))
    equal(await decisionsOf(scene.org), before)
    const events = await scene.keeper.events()
    deepEqual(
      events.map(({ kind }) => kind),
      ['connection.recovered', 'connection.reauthorization_required'],
    )
    match((await scene.keeper.connection('canary'))?.why ?? '', /OAuth usage/)
  })

  test('L-57: another token in its place revokes the family that was there', async () => {
    await using scene = await openScene()
    await scene.keeper.accessToken('canary')
    const old = (await scene.keeper.accessToken('canary')).accessToken.expose()
    const { refresh_token } = await scene.org.grant(withoutIdToken)
    await scene.keeper.adopt({ id: 'canary', app: 'nightly', refreshToken: secret(refresh_token), replaces: 2 })
    const answer = await fetch(`${scene.org.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${old}` },
    })
    equal(answer.status, 403)
    equal((await scene.keeper.accessToken('canary')).generation, 4)
  })

  test('L-48: a token that was saved before a rotation is refused, and says why', async () => {
    await using scene = await openScene()
    await scene.keeper.accessToken('canary')
    const { refresh_token } = await scene.org.grant(withoutIdToken)
    await rejects(
      scene.keeper.adopt({ id: 'canary', app: 'nightly', refreshToken: secret(refresh_token), replaces: 1 }),
      code('STALE_TOKEN'),
    )
  })

  test('is revoked at the org when it is removed', async () => {
    await using scene = await openScene()
    const { accessToken } = await scene.keeper.accessToken('canary')
    deepEqual(await scene.keeper.remove('canary'), { revoked: true })
    const answer = await fetch(`${scene.org.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${accessToken.expose()}` },
    })
    equal(answer.status, 403)
    await rejects(scene.keeper.accessToken('canary'), code('UNKNOWN_CONNECTION'))
  })
})
