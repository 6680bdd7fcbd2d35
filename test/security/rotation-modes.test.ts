/** The kinder rotation modes from the outside: what a thief with an old token gets in each of them (P-12). */
import { deepEqual, equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { startOrg, type StartOrgOptions } from '../../src/testing.ts'
import { call } from '../admin/call.ts'
import { dead, redeemerOf, type Answer } from '../rotation/redeem.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

type Mode = 'strict' | 'overlap' | 'until-used'

async function open(t: TestContext, mode: Mode, more: StartOrgOptions = {}) {
  const org = await startOrg({ configuration: { rotationMode: mode }, ...more })
  const client = redeemerOf(org.url, org.client)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      client.close()
      await org.close()
    })())
  t.after(close)
  return { org, redeem: client.redeem, close }
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-modes-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const tokenOf = ({ status, body }: Answer): string => {
  equal(status, 200, JSON.stringify(body))
  return body['refresh_token'] ?? ''
}
const isDead = ({ status, body }: Answer): void => deepEqual([status, body['error_description']], [400, dead])

for (const mode of ['overlap', 'until-used'] as const)
  describe(`rotation mode ${mode}`, () => {
    test('P-12: the parent gets the very successor that was issued, byte for byte, as often as it comes', async (t) => {
      const { org, redeem } = await open(t, mode)
      const parent = (await org.grant(withoutIdToken)).refresh_token
      const successor = tokenOf(await redeem(parent))
      equal(tokenOf(await redeem(parent)), successor)
      equal(tokenOf(await redeem(parent)), successor)
      tokenOf(await redeem(successor))
    })

    test('P-12: the grandparent kills the family', async (t) => {
      const { org, redeem } = await open(t, mode)
      const grandparent = (await org.grant(withoutIdToken)).refresh_token
      const parent = tokenOf(await redeem(grandparent))
      const current = tokenOf(await redeem(parent))
      isDead(await redeem(grandparent))
      isDead(await redeem(parent))
      isDead(await redeem(current))
    })

    test('P-12: the parent gets nothing out of a family that was revoked', async (t) => {
      const { org, redeem } = await open(t, mode)
      const parent = (await org.grant(withoutIdToken)).refresh_token
      const successor = tokenOf(await redeem(parent))
      await call(org, '/oauth-usage/revoke', { body: { app: org.client.name } })
      isDead(await redeem(parent))
      isDead(await redeem(successor))
    })

    test('P-12: of parallel redemptions of a parent all that win hold one successor', async (t) => {
      const { org, redeem } = await open(t, mode)
      const parent = (await org.grant(withoutIdToken)).refresh_token
      const first = tokenOf(await redeem(parent))
      const answers = await Promise.all(Array.from({ length: 32 }, () => redeem(parent)))
      const won = answers.filter(({ status }) => status === 200)
      deepEqual(new Set(won.map(({ body }) => body['refresh_token'])), new Set([first]))
      tokenOf(await redeem(first))
    })

    test('P-12: with rotation switched off an older generation is still a replay', async (t) => {
      const { org, redeem } = await open(t, mode)
      const parent = (await org.grant(withoutIdToken)).refresh_token
      const successor = tokenOf(await redeem(parent))
      const body = { globalOauthSettings: { isRefreshTokenRotationEnabled: false } }
      equal((await call(org, `/apps/${org.client.name}`, { method: 'PATCH', body })).status, 200)
      isDead(await redeem(parent))
      isDead(await redeem(successor))
    })
  })

test('P-12: in overlap the window ends', async (t) => {
  const { org, redeem } = await open(t, 'overlap')
  const parent = (await org.grant(withoutIdToken)).refresh_token
  const successor = tokenOf(await redeem(parent))
  await org.clock.advance(11_000)
  isDead(await redeem(parent))
  isDead(await redeem(successor))
})

const changes: readonly (readonly [Mode, Mode])[] = [
  ['overlap', 'until-used'],
  ['until-used', 'overlap'],
  ['overlap', 'strict'],
  ['until-used', 'strict'],
]
for (const [from, to] of changes)
  test(`P-12: a restart from ${from} into ${to} closes every parent that was open, and a token spent before is a replay`, async (t) => {
    const folder = await folderFor(t)
    const before = await open(t, from, { storage: { folder } })
    const spent = (await before.org.grant(withoutIdToken)).refresh_token
    const current = tokenOf(await before.redeem(spent))
    await before.close()
    const after = await open(t, to, { storage: { folder } })
    isDead(await after.redeem(spent))
    isDead(await after.redeem(current))
  })

test('P-12: a restart in the same mode leaves the parent open', async (t) => {
  const folder = await folderFor(t)
  const before = await open(t, 'until-used', { storage: { folder } })
  const parent = (await before.org.grant(withoutIdToken)).refresh_token
  const successor = tokenOf(await before.redeem(parent))
  await before.close()
  const after = await open(t, 'until-used', { storage: { folder } })
  equal(tokenOf(await after.redeem(parent)), successor)
})
