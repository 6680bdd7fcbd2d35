import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { randomBytes } from 'node:crypto'
import { openStorage } from '../../storage/open.ts'
import { all, type Program } from '../../storage/program.ts'
import { fault } from '../../values/result.ts'
import { secret } from '../../values/secret.ts'
import { instant } from '../../values/time.ts'
import { defaultOrgConfiguration } from '../configuration.ts'
import { findApp } from '../store/apps.ts'
import { migrations } from '../store/migrations.ts'
import { openRecordIds } from '../store/record-ids.ts'
import { findUser } from '../store/users.ts'
import { writes } from '../store/writes.ts'
import { sealConsumerSecret, unsealConsumerSecret } from '../tokens/consumer-secret.ts'
import { newKeyringDocument, openKeyring } from '../tokens/keyring.ts'
import { openPasswords } from '../tokens/passwords.ts'
import { applyOrgFile, type Applied } from './apply.ts'
import { readOrgFile, type OrgFile } from './org-file.ts'

const app = (about = '') => `
externalClientApps:
  - name: Nightly_Sync
    label: Nightly
    contactEmail: owner@demo.example
    globalOauthSettings: { consumerKey: 3MVG9demo, consumerSecret: first }
    oauthSecuritySettings: { tokenIpRanges: [{ startIpAddress: 127.0.0.11, endIpAddress: 127.0.0.12 }] }
${about}`

describe('applying an org file', () => {
  test('a second start with the same file changes nothing', async (t) => {
    const org = await open(t)
    deepEqual((await org.apply(app())).applied, ['externalClientApp Nightly_Sync'])
    deepEqual(await org.apply(app()), { applied: [], kept: [], vanished: [] })
  })

  test('a restart never undoes what the admin API changed, and says what differs', async (t) => {
    const org = await open(t)
    await org.apply(app())
    await org.edit((content) => content.replaceAll('127.0.0.11', '127.0.0.21').replaceAll('127.0.0.12', '127.0.0.22'))
    const { applied, kept } = await org.apply(app())
    deepEqual(applied, [])
    deepEqual(
      kept.map(({ object, differences }) => [object, ...differences.map(({ path }) => path)]),
      [['externalClientApp Nightly_Sync', 'oauthSecuritySettings.tokenIpRanges']],
    )
    holds((await org.content()).includes('127.0.0.21'))
  })

  test('a field that the file changes is taken while the admin’s change of another field stays', async (t) => {
    const org = await open(t)
    await org.apply(app())
    await org.edit((content) => content.replaceAll('127.0.0.11', '127.0.0.21').replaceAll('127.0.0.12', '127.0.0.22'))
    await org.apply(app().replace('label: Nightly', 'label: Weekly'))
    const content = await org.content()
    holds(content.includes('Weekly') && content.includes('127.0.0.21'), content)
  })

  test('reapply overwrites what the admin API changed', async (t) => {
    const org = await open(t)
    await org.apply(app())
    await org.edit((content) => content.replaceAll('127.0.0.11', '127.0.0.21').replaceAll('127.0.0.12', '127.0.0.22'))
    deepEqual((await org.apply(app(), { reapply: true })).applied, ['externalClientApp Nightly_Sync'])
    holds((await org.content()).includes('127.0.0.11'))
  })

  test('a key and a secret that were generated stay what they are', async (t) => {
    const org = await open(t)
    const text = app().replace('{ consumerKey: 3MVG9demo, consumerSecret: first }', '{ isPkceRequired: true }')
    await org.apply(text)
    const before = [await org.content(), await org.secret()]
    deepEqual((await org.apply(text)).applied, [])
    await org.apply(text.replace('Nightly\n', 'Weekly\n'))
    deepEqual([(await org.content()).replace('Weekly', 'Nightly'), await org.secret()], before)
  })

  test('a secret that the file changes is taken; one that was rotated since stays', async (t) => {
    const org = await open(t)
    await org.apply(app())
    await org.apply(app().replace('first', 'second'))
    equal(await org.secret(), 'second')
    await org.rotate('rotated')
    const { kept } = await org.apply(app().replace('first', 'third'))
    equal(await org.secret(), 'rotated')
    deepEqual(
      kept[0]?.differences.map(({ path }) => path),
      ['consumerSecret'],
    )
    holds(!JSON.stringify(kept).includes('third'))
  })

  test('what vanished from the file stays and is told', async (t) => {
    const org = await open(t)
    await org.apply(app())
    deepEqual((await org.apply('organization: { name: Demo }')).vanished, ['externalClientApp Nightly_Sync'])
    holds(await org.content())
  })

  test('a password is taken once, changed with the file, and kept where someone else changed it', async (t) => {
    const org = await open(t)
    const user = (password: string) => `users: [{ username: Ada@Demo.example, password: ${password} }]`
    await org.apply(user('one'))
    const hash = await org.passwordHash()
    holds(hash?.startsWith('$scrypt$') && !hash.includes('one'))
    deepEqual((await org.apply(user('one'))).applied, [])
    equal(await org.passwordHash(), hash)
    await org.apply(user('two'))
    equal(await org.passwords.verify('two', await org.passwordHash()), 'right')
    await org.setPasswordHash('$scrypt$elsewhere')
    const { kept } = await org.apply(user('three'))
    deepEqual(
      kept[0]?.differences.map(({ path }) => path),
      ['password'],
    )
    equal(await org.passwordHash(), '$scrypt$elsewhere')
  })

  const partner = (pkce: boolean) =>
    app('    distributionState: Packaged').replace(
      'consumerSecret: first',
      `consumerSecret: first, isPkceRequired: ${pkce}`,
    )

  test('SF-98: a control that the file switches off for a partner app is refused, named, and nothing is applied', async (t) => {
    const org = await open(t)
    await org.apply(partner(true))
    const before = await org.content()
    const wish = partner(false).replace('label: Nightly', 'label: Weekly')
    for (const reapply of [false, true]) {
      const refusal = await org.refusal(wish, { reapply })
      match(refusal, /^externalClientApp Nightly_Sync: globalOauthSettings\.isPkceRequired is on, and cannot /)
      match(refusal, /org\.controls\.oneWay/)
    }
    equal(await org.content(), before)
  })

  test('SF-98: a file that says off from the first on, and controls.oneWay false, are taken', async (t) => {
    const first = await open(t)
    await first.apply(partner(false))
    holds((await first.content()).includes('"isPkceRequired":false'))
    const free = await open(t, { oneWay: false })
    await free.apply(partner(true))
    await free.apply(partner(false))
    holds((await free.content()).includes('"isPkceRequired":false'))
  })

  test('nothing of a secret is stored in the clear', async (t) => {
    const org = await open(t)
    await org.apply(
      app().replace('first', 'CANARYsecret') + `\nusers: [{ username: a@b.example, password: CANARYpassword }]`,
    )
    const rows = await org.everything()
    holds(rows.length > 0 && !rows.includes('CANARY'))
  })
})

async function open(t: TestContext, { oneWay = true } = {}) {
  const writesModule = new URL('../store/writes.ts', import.meta.url)
  const storage = await openStorage({ url: 'sqlite::memory:', system: 'org', migrations, writes, writesModule })
  t.after(() => storage.close())
  const random = (count: number): Uint8Array => randomBytes(count)
  const keyring = openKeyring(newKeyringDocument(random))
  holds(keyring.ok)
  const clock = () => instant('2026-01-10')
  const passwords = openPasswords({ costLog2: 4, blockSize: 1, parallelism: 1 }, random)
  const configuration = defaultOrgConfiguration({ controls: { oneWay } })
  const parts = {
    storage,
    keyring: keyring.value,
    random,
    clock,
    recordIds: openRecordIds(0),
    passwords,
    configuration,
  }
  const row = async () => {
    const found = await storage.read(() => findApp('Nightly_Sync'))
    holds(found)
    return found
  }
  const save = async (about: object) => {
    const { kind: appKind, name, consumerKey, content } = await row()
    const same = { kind: 'app', appKind, name, consumerKey, content, expects: content, listChanged: true } as const
    const result = await storage.write('save', { at: clock(), changes: [{ ...same, ...about }] })
    holds(result.kind === 'committed' && result.value.kind === 'saved')
  }
  const user = () => storage.read(() => findUser('ada@demo.example'))
  return {
    passwords,
    apply: async (text: string, { reapply = false } = {}): Promise<Applied> => {
      const applied = await applyOrgFile(parts, read(text), { reapply })
      holds(applied.ok)
      return applied.value
    },
    refusal: async (text: string, { reapply = false } = {}): Promise<string> => {
      const applied = await applyOrgFile(parts, read(text), { reapply })
      return applied.ok ? 'was applied' : applied.fault
    },
    content: async () => (await row()).content,
    secret: async () =>
      unsealConsumerSecret((await row()).sealedSecret ?? new Uint8Array(), 'Nightly_Sync', keyring.value)?.expose(),
    edit: async (change: (content: string) => string) => save({ content: change((await row()).content) }),
    rotate: async (text: string) => {
      await save({ sealedSecret: sealConsumerSecret(secret(text), 'Nightly_Sync', parts) })
    },
    passwordHash: async () => (await user())?.passwordHash ?? null,
    setPasswordHash: async (passwordHash: string) => {
      const content = (await user())?.content ?? ''
      const change = { kind: 'user', name: 'ada@demo.example', expects: content, content, isActive: true } as const
      await storage.write('save', { at: clock(), changes: [{ ...change, passwordHash }] })
    },
    everything: async () =>
      JSON.stringify(await storage.read(allRows), (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      ),
  }
}

function* allRows(): Program<unknown> {
  return [
    yield* all('SELECT * FROM objects'),
    yield* all('SELECT * FROM apps'),
    yield* all('SELECT * FROM users'),
    yield* all('SELECT * FROM setup_audit'),
  ]
}
function read(text: string): OrgFile {
  const secrets = { environment: () => undefined, file: () => fault('is not there') }
  const parsed = readOrgFile(text, { fileName: 'org.yaml', secrets, configuration: defaultOrgConfiguration() })
  holds(parsed.ok, JSON.stringify(parsed))
  return parsed.value.file
}
