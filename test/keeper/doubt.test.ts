/** What becomes of a token that may have been spent, and of one that was refused, as time passes. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeeperError, KeeperErrorCode } from '../../src/keeper/keeper-error.ts'
import { secret } from '../../src/values/secret.ts'
import { minutes } from '../../src/values/time.ts'
import { bentTime, type BentTime } from './bent-time.ts'
import { openScene, type Scene } from './scene.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const code = (expected: KeeperErrorCode) => (cause: KeeperError) => {
  equal(cause.code, expected, `${cause.code}: ${cause.message}`)
  return true
}

async function openBent(): Promise<Scene & { readonly time: BentTime }> {
  const time = bentTime()
  return Object.assign(await openScene({ environment: time.environment }), { time })
}

const kinds = async ({ keeper }: Scene): Promise<readonly string[]> => (await keeper.events()).map(({ kind }) => kind)

describe('a token in doubt', () => {
  test('P-22: that the org never took is sent again once the server has settled, and lives', async () => {
    await using scene = await openBent()
    scene.org.faults.add({ kind: 'unavailable' }, { times: 1 })
    await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
    scene.time.ahead(minutes(4))
    await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
    scene.time.ahead(minutes(7))
    equal((await scene.keeper.accessToken('canary')).generation, 2)
    deepEqual(await kinds(scene), ['connection.recovered', 'connection.in_doubt', 'connection.recovered'])
  })

  test('P-22, P-25: that the org has spent is sent a last time when nothing else is left, and that is told', async () => {
    await using scene = await openBent()
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
    scene.time.ahead(minutes(7))
    await rejects(scene.keeper.accessToken('canary'), code('REAUTHORIZATION_REQUIRED'))
    deepEqual(await kinds(scene), [
      'connection.recovered',
      'connection.in_doubt',
      'connection.last_retry',
      'connection.reauthorization_required',
    ])
    match((await scene.keeper.connection('canary'))?.why ?? '', /sent before without an answer/)
  })

  test('P-22: is not sent while the live access token serves, and that one is handed out', async () => {
    await using scene = await openBent()
    const live = await scene.keeper.accessToken('canary')
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    await rejects(scene.keeper.verify('canary'), code('IN_DOUBT'))
    for (const passed of [10, 60, 110]) {
      scene.time.ahead(minutes(passed))
      equal((await scene.keeper.accessToken('canary')).accessToken.expose(), live.accessToken.expose())
    }
    equal((await kinds(scene)).includes('connection.last_retry'), false)
    scene.time.ahead(minutes(121))
    await rejects(scene.keeper.accessToken('canary'), code('REAUTHORIZATION_REQUIRED'))
  })

  test('P-25: of a family that others hold as well is never sent a last time', async () => {
    await using scene = await openBent()
    const { refresh_token } = await scene.org.grant(withoutIdToken)
    await scene.keeper.adopt({ id: 'shared', app: 'nightly', refreshToken: secret(refresh_token), soleHolder: false })
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    await rejects(scene.keeper.accessToken('shared'), code('IN_DOUBT'))
    scene.time.ahead(minutes(7))
    await rejects(scene.keeper.accessToken('shared'), code('REAUTHORIZATION_REQUIRED'))
    equal((await kinds(scene)).includes('connection.last_retry'), false)
  })

  test('L-58: asked for a hundred times, it is told of once', async () => {
    await using scene = await openBent()
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    for (let i = 0; i < 100; i += 1) await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
    deepEqual(await kinds(scene), ['connection.recovered', 'connection.in_doubt'])
  })
})

describe('a connection without rotation', () => {
  test('L-32, L-33: keeps its token when the org sends none, and follows when rotation is switched on and off', async () => {
    await using scene = await openBent()
    const rotate = async (isRefreshTokenRotationEnabled: boolean): Promise<void> => {
      const body = { globalOauthSettings: { isRefreshTokenRotationEnabled } }
      equal((await scene.org.admin('/apps/Test_App', { method: 'PATCH', body })).status, 200)
    }
    const generations: number[] = []
    for (const on of [false, false, true, true, false, true]) {
      await rotate(on)
      generations.push((await scene.keeper.verify('canary')).generation)
    }
    deepEqual(generations, [1, 1, 2, 3, 3, 4])
  })

  test('P-22: outlives one lost reply after another: each doubt has its own retry, and ends with it', async () => {
    await using scene = await openBent()
    const body = { globalOauthSettings: { isRefreshTokenRotationEnabled: false } }
    equal((await scene.org.admin('/apps/Test_App', { method: 'PATCH', body })).status, 200)
    await scene.keeper.verify('canary')
    for (const days of [1, 2]) {
      scene.time.ahead(days * 86_400_000)
      scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
      await rejects(scene.keeper.accessToken('canary'), code('IN_DOUBT'))
      scene.time.ahead(days * 86_400_000 + minutes(7))
      equal((await scene.keeper.accessToken('canary')).generation, 1)
      equal((await scene.keeper.verify('canary')).generation, 1, 'the doubt is over')
    }
  })
})
