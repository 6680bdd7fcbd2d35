import { deepEqual, equal, ok as holds } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test, type TestContext } from 'node:test'
import { openStorage } from '../../storage/open.ts'
import type { Storage } from '../../storage/storage.ts'
import { secret } from '../../values/secret.ts'
import { instant, seconds } from '../../values/time.ts'
import { defaultOrgConfiguration } from '../configuration.ts'
import { migrations } from '../store/migrations.ts'
import { writes, type OrgWrites } from '../store/writes.ts'
import { sealConsumerSecret } from '../tokens/consumer-secret.ts'
import { newKeyringDocument, openKeyring } from '../tokens/keyring.ts'
import { openSettings } from './source.ts'

describe('the settings in force', () => {
  test('a new store gets an organization, and keeps its id', async (t) => {
    const org = await open(t)
    const { id } = (await org.settings()).current().organization
    equal((await org.settings()).current().organization.id, id)
  })

  test('P-06: a refresh that began before a save does not serve who refreshes after it', async (t) => {
    const org = await open(t)
    const settings = await org.settings()
    await org.save('One', 'before')
    org.holdReads()
    const early = settings.refresh() // its reading is done, its answer is on the way
    await org.readsHeld()
    await org.save('One', 'after')
    const late = [settings.refresh(), settings.refresh()]
    org.releaseReads()
    equal((await early).appsByName.get('One')?.app.label, 'before')
    for (const each of await Promise.all(late)) equal(each.appsByName.get('One')?.app.label, 'after')
    equal(settings.current().appsByName.get('One')?.app.label, 'after')
  })

  test('an app whose version did not change is not compiled again', async (t) => {
    const org = await open(t)
    await org.save('One', 'a')
    await org.save('Two', 'b')
    const settings = await org.settings()
    const before = settings.current().appsByName
    await org.save('Two', 'c')
    const after = (await settings.refresh()).appsByName
    equal(after.get('One'), before.get('One'))
    equal(after.get('Two')?.app.label, 'c')
  })

  test('an app that is gone is gone, under its name and its key', async (t) => {
    const org = await open(t)
    await org.save('One', 'a')
    const settings = await org.settings()
    await org.remove('One')
    const { appsByName, appsByConsumerKey } = await settings.refresh()
    deepEqual([appsByName.size, appsByConsumerKey.size], [0, 0])
  })

  test('the consumer secret is compared, signs, and shows nowhere', async (t) => {
    const org = await open(t)
    await org.save('One', 'a')
    const entry = (await org.settings()).current().appsByName.get('One')
    holds(entry !== undefined)
    holds(entry.secretIs('secret of One'))
    equal(entry.secretIs('secret of Two'), false)
    equal(entry.sign?.(Buffer.from('x')).length, 32)
    holds(!JSON.stringify(entry).includes('secret of'))
  })

  test('a secret that was sealed for another app does not open: the app is left out and the log says why', async (t) => {
    const org = await open(t)
    await org.save('One', 'a', { sealedFor: 'Two' })
    equal((await org.settings()).current().appsByName.size, 0)
    deepEqual(org.logged, ['consumer-secret-not-opened'])
  })

  test('SF-140: a held list applies until its time is over, on the store’s clock', async (t) => {
    const org = await open(t)
    await org.save('One', 'a')
    const settings = await org.settings()
    const ranges = () => settings.current().appsByName.get('One')?.allowlist.rows.length
    settings.holdAllowlist('One', seconds(5))
    await org.save('One', 'a', { addresses: ['10.0.0.1', '10.0.0.3'] })
    await settings.refresh()
    equal(ranges(), 0)
    org.tick(4_999)
    equal(ranges(), 0)
    org.tick(1)
    equal(ranges(), 2)
  })
})

type Way = { readonly sealedFor?: string; readonly addresses?: readonly string[] }

async function open(t: TestContext) {
  const writesModule = new URL('../store/writes.ts', import.meta.url)
  const storage = await openStorage({ url: 'sqlite::memory:', system: 'org', migrations, writes, writesModule })
  t.after(() => storage.close())
  const random = (count: number): Uint8Array => randomBytes(count)
  const keyring = openKeyring(newKeyringDocument(random))
  holds(keyring.ok)
  let now = Date.parse('2026-01-10')
  const held = holdable(storage)
  const logged: string[] = []
  const log = { info: () => undefined, warn: () => undefined, error: (event: string) => void logged.push(event) }
  const parts = {
    keyring: keyring.value,
    random,
    log,
    publicUrl: () => 'http://127.0.0.1:1',
    clock: () => instant(now),
  }
  const contents = new Map<string, string>()
  return {
    ...held,
    logged,
    tick: (ms: number) => void (now += ms),
    settings: () => openSettings({ ...parts, storage: held.storage, configuration: defaultOrgConfiguration() }),
    async save(name: string, label: string, { sealedFor = name, addresses = [] }: Way = {}) {
      const tokenIpRanges = addresses.map((each) => ({ startIpAddress: each, endIpAddress: each }))
      const about = addresses.length > 0 ? { oauthSecuritySettings: { tokenIpRanges } } : {}
      const keys = { globalOauthSettings: { consumerKey: `3MVG9${name}` } }
      const content = JSON.stringify({ name, label, contactEmail: 'a@b.example', ...keys, ...about })
      const same = { kind: 'app', appKind: 'externalClientApp', name, consumerKey: `3MVG9${name}` } as const
      const sealedSecret = sealConsumerSecret(secret(`secret of ${name}`), sealedFor, parts)
      const change = { ...same, content, expects: contents.get(name) ?? null, listChanged: true, sealedSecret }
      const result = await storage.write('save', { at: now, changes: [change] })
      holds(result.kind === 'committed' && result.value.kind === 'saved')
      contents.set(name, content)
    },
    async remove(name: string) {
      const expects = contents.get(name) ?? ''
      const change = { kind: 'delete', objectKind: 'externalClientApp', name, expects } as const
      const result = await storage.write('save', { at: now, changes: [change] })
      holds(result.kind === 'committed' && result.value.kind === 'saved')
    },
  }
}

/** Readings can be held between the store's answer and its arrival. */
function holdable(real: Storage<OrgWrites>) {
  let gate: PromiseWithResolvers<void> | undefined
  let reached = Promise.withResolvers<void>()
  const storage: Storage<OrgWrites> = {
    engine: real.engine,
    write: (name, input, terms) => real.write(name, input, terms),
    backup: (path) => real.backup(path),
    close: () => real.close(),
    async read(program) {
      const answer = await real.read(program)
      if (gate === undefined) return answer
      reached.resolve()
      await gate.promise
      return answer
    },
  }
  return {
    storage,
    holdReads() {
      gate = Promise.withResolvers<void>()
      reached = Promise.withResolvers<void>()
    },
    readsHeld: () => reached.promise,
    releaseReads() {
      gate?.resolve()
      gate = undefined
    },
  }
}
