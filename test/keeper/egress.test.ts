/** The keeper, the gateway and an org with an allowlist, together: the address that an exchange leaves from decides. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test, type TestContext } from 'node:test'
import { openKeeper, secret, type Keeper, type KeeperError, type KeeperOptions } from '../../src/keeper.ts'
import { decisionsOf } from './scene.ts'
import { egressAddresses, startOrgBehind, startTestGateway } from '../gateway/kit.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

type Place = {
  readonly org: Awaited<ReturnType<typeof startOrgBehind>>
  readonly proxyUrl: string
  readonly folder: string
  /** Over the same vault. */
  readonly keeper: (proxy: string) => Promise<Keeper>
}

/** With the connection `canary`, adopted and never exchanged. */
async function openPlace(t: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'keeper-egress-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const org = await startOrgBehind(t)
  const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${new URL(org.url).port}`] })
  const keeper = async (proxy: string): Promise<Keeper> => {
    const opened = await openKeeper({
      ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, spool: join(folder, 'spool') },
      loginHosts: ['127.0.0.1'],
      proxy: proxy === 'direct' ? 'direct' : secret(proxy),
    })
    t.after(() => opened.close())
    return opened
  }
  const first = await keeper(gateway.proxyUrl)
  const { consumerKey: clientId, consumerSecret } = org.client
  await first.saveApp({ name: 'nightly', loginUrl: org.url, clientId, clientSecret: secret(consumerSecret) })
  const { refresh_token } = await org.grant(withoutIdToken)
  await first.adopt({ id: 'canary', app: 'nightly', refreshToken: secret(refresh_token) })
  return { org, proxyUrl: gateway.proxyUrl, folder, keeper }
}

const coded = (code: string) => (error: KeeperError) => {
  equal(error.code, code, error.message)
  return true
}

describe('an exchange through the gateway', () => {
  test('leaves from one of the pair, and the connection says from which', async (t) => {
    const { keeper, proxyUrl } = await openPlace(t)
    const through = await keeper(proxyUrl)
    equal(through.route.includes('plainPassw0rd'), false)
    await through.accessToken('canary')
    const view = await through.connection('canary')
    ok(
      egressAddresses.some((each) => each === view?.lastEgress),
      String(view?.lastEgress),
    )
  })

  test('P-21: is journaled with the end of its tunnel, which the gateway keeps', async (t) => {
    const { keeper, proxyUrl, folder } = await openPlace(t)
    await (await keeper(proxyUrl)).accessToken('canary')
    using vault = new DatabaseSync(join(folder, 'keeper.db'), { readOnly: true })
    const row = vault.prepare('SELECT sent_at, tunnel_ends_at FROM attempts').get()
    const length = Number(row?.['tunnel_ends_at']) - Number(row?.['sent_at'])
    ok(length > 20_000 && length < 60_000, `${length} ms`)
  })

  test('L-94: is verified through each egress by its name', async (t) => {
    const { keeper, proxyUrl } = await openPlace(t)
    const through = await keeper(proxyUrl)
    const left: (string | undefined)[] = []
    for (const egress of ['a', 'b', 'a', 'b']) {
      await through.verify('canary', { egress })
      left.push((await through.connection('canary'))?.lastEgress)
    }
    deepEqual(left, ['127.0.0.11', '127.0.0.12', '127.0.0.11', '127.0.0.12'])
  })

  test('P-27, L-52: from another address it is refused, the token is kept, and nothing more is sent until somebody says so', async (t) => {
    const { keeper, proxyUrl, org } = await openPlace(t)
    const direct = await keeper('direct')
    await rejects(direct.accessToken('canary'), (error: KeeperError) => {
      coded('IP_REFUSED')(error)
      match(error.message, /127\.0\.0\.1/)
      match(error.next.join(' '), /allowlist/)
      return true
    })
    const before = await decisionsOf(org)
    ok(before > 0)
    for (let i = 0; i < 5; i += 1)
      await rejects(direct.accessToken('canary'), (error: KeeperError) => {
        coded('IP_REFUSED')(error)
        match(error.next.join(' '), /canary\/verify/)
        ok((error.retryAt ?? 0) > 0)
        return true
      })
    equal(await decisionsOf(org), before)
    equal((await direct.connection('canary'))?.state, 'ip-refused')
    const through = await keeper(proxyUrl)
    equal((await through.verify('canary')).generation, 2)
    equal((await through.connection('canary'))?.state, 'alive')
    deepEqual(
      (await through.events()).map(({ kind }) => kind),
      ['connection.recovered', 'connection.ip_refused', 'connection.recovered'],
    )
  })

  test('L-70: through a proxy that is not there nothing is sent, and nothing is lost', async (t) => {
    const { keeper, proxyUrl } = await openPlace(t)
    const nowhere = await keeper('http://app:secret@127.0.0.1:9')
    await rejects(nowhere.accessToken('canary'), (error: KeeperError) => {
      coded('NOT_SENT')(error)
      equal(error.message.includes('secret'), false)
      return true
    })
    equal((await (await keeper(proxyUrl)).accessToken('canary')).generation, 2)
  })

  test('L-70: without a proxy, and without a word that there is to be none, there is no keeper', async () => {
    const options = { storage: 'sqlite::memory:', keyring: { file: '/nowhere' }, spool: '/nowhere' }
    await rejects(openKeeper(options as unknown as KeeperOptions), /needs a proxy/)
  })

  test('that the gateway does not permit is not sent, and its words are handed on', async (t) => {
    const { keeper, proxyUrl } = await openPlace(t)
    const wrong = await keeper(proxyUrl.replace('plainPassw0rd', 'another'))
    await rejects(wrong.accessToken('canary'), (error: KeeperError) => {
      coded('NOT_SENT')(error)
      match(error.message, /407|CREDENTIALS_WRONG/)
      return true
    })
  })
})
