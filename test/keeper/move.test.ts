/** A vault goes to another machine: what is in the file, who may use the connections, and what an old copy can do. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { Exported, ImportWish } from '../../src/keeper/move-face.ts'
import { secret } from '../../src/values/secret.ts'
import { minutes } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { decisionsOf, openScene, type Bend, type Scene } from './scene.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const { publicKey, privateKey: privateObject } = generateKeyPairSync('x25519')
const recipientKey = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const privateKey = secret(privateObject.export({ type: 'pkcs8', format: 'pem' }).toString())

let files = 0
const newFile = ({ folder }: Scene): string => join(folder, `export-${(files += 1)}`)

/** Another machine: a vault, a keyring and a spool of its own. */
const elsewhere = async (scene: Scene, bend: Bend = {}): Promise<Keeper> =>
  await scene.again({
    storage: `sqlite:${join(scene.folder, 'elsewhere')}`,
    keyring: { file: join(scene.folder, 'elsewhere.json') },
    spool: join(scene.folder, 'elsewhere-spool'),
    ...bend,
  })

const exportFrom = async (scene: Scene, keeper = scene.keeper, handOver = true): Promise<Exported> =>
  await keeper.exportVault({ file: newFile(scene), recipientKey, handOver })
const importInto = async (keeper: Keeper, { file }: { readonly file: string }, wish: Partial<ImportWish> = {}) =>
  (await keeper.importVault({ file, privateKey, ...wish })).entries.map(
    ({ kind, id, outcome }) => `${kind} ${id} ${outcome}`,
  )

const state = async (keeper: Keeper, id = 'canary'): Promise<string | undefined> => (await keeper.connection(id))?.state

describe('an export that hands over', () => {
  test('is gone on with elsewhere, while nothing is sent any more from here', async () => {
    await using scene = await openScene()
    const { keeper } = scene
    const live = await keeper.accessToken('canary')
    const done = await exportFrom(scene)
    deepEqual([done.apps, done.connections, done.handedOver, done.left], [1, 1, true, []])
    equal(await state(keeper), 'handed-over')
    deepEqual(
      (await keeper.connections({ state: 'handed-over' })).map(({ id }) => id),
      ['canary'],
    )

    const there = await elsewhere(scene)
    deepEqual(await importInto(there, done), ['app nightly created', 'connection canary created'])
    equal(
      (await there.accessToken('canary')).accessToken.expose(),
      live.accessToken.expose(),
      'the live one came along',
    )
    equal((await there.verify('canary')).generation, 3)

    const sent = await decisionsOf(scene.org)
    await rejects(keeper.verify('canary'), { code: 'HANDED_OVER', message: /handed over to another keeper on 20/ })
    await keeper.lookAfter()
    equal(await decisionsOf(scene.org), sent)
    const kinds = (await keeper.events()).map(({ kind }) => kind)
    equal(kinds.filter((kind) => kind === 'connection.handed_over').length, 1)
    ok((await there.events()).some(({ kind }) => kind === 'connection.imported'))
  })

  test('serves the live access token here until its end', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    const live = await scene.keeper.accessToken('canary')
    await exportFrom(scene)
    equal((await scene.keeper.accessToken('canary')).accessToken.expose(), live.accessToken.expose())
    time.ahead(minutes(121))
    await rejects(scene.keeper.accessToken('canary'), { code: 'HANDED_OVER' })
  })

  test('is undone by taking back, one or all of it', async () => {
    await using scene = await openScene()
    await scene.adopt('second')
    await scene.adopt('third')
    const done = await exportFrom(scene)
    equal(await scene.keeper.takeBack({ of: 'second' }), 1)
    equal(await scene.keeper.takeBack({ of: 'second' }), 0)
    equal((await scene.keeper.verify('second')).generation, 2)
    equal(await scene.keeper.takeBack({ export: done.export }), 2)
    equal((await scene.keeper.verify('canary')).generation, 2)
    ok((await scene.keeper.connection('third'))?.nextDueAt, 'its heartbeat is due again')
    await rejects(scene.keeper.takeBack({ of: 'nobody' }), { code: 'UNKNOWN_CONNECTION' })
  })

  test('that cannot be written to its end leaves no file, and everything as it was', async () => {
    await using scene = await openScene()
    const file = join(scene.folder, 'no-such-folder', 'export')
    await rejects(scene.keeper.exportVault({ file, recipientKey, handOver: true }), { code: 'EXPORT_REFUSED' })
    equal(existsSync(file), false)
    equal((await scene.keeper.verify('canary')).generation, 2)
  })

  test('leaves out what is on its way, and what went elsewhere before, and says so', async () => {
    await using scene = await openScene()
    await scene.adopt('second')
    scene.org.faults.add({ kind: 'drop-response' }, { times: 1 })
    await rejects(scene.keeper.accessToken('second'), { code: 'IN_DOUBT' })
    const first = await exportFrom(scene)
    deepEqual(
      first.left.map(({ id, why }) => `${id}: ${why}`),
      ['second: its token is on its way to the org, and may be spent'],
    )
    const again = await exportFrom(scene)
    equal(again.connections, 0)
    match(
      again.left.find(({ id }) => id === 'canary')?.why ?? '',
      new RegExp(`handed over before, in the export ${first.export}`),
    )
    const file = newFile(scene)
    equal((await scene.keeper.exportVault({ file, recipientKey, handOver: true, handedOverToo: true })).connections, 1)
  })

  test('comes back: what was used there has its newer token here again', async () => {
    await using scene = await openScene()
    const there = await elsewhere(scene)
    await importInto(there, await exportFrom(scene))
    for (const _ of [1, 2]) await there.verify('canary')
    const back = await exportFrom(scene, there)
    deepEqual(await importInto(scene.keeper, back), ['app nightly same', 'connection canary replaced'])
    equal((await scene.keeper.verify('canary')).generation, 4)
    await rejects(there.verify('canary'), { code: 'HANDED_OVER' })
  })

  test('and is removed here lives on there; another token adopted here does not end it', async () => {
    await using scene = await openScene()
    await scene.adopt('second')
    const there = await elsewhere(scene)
    await importInto(there, await exportFrom(scene))
    deepEqual(await scene.keeper.remove('canary'), { revoked: false })
    equal((await there.verify('canary')).generation, 2)
    const { refresh_token } = await scene.org.grant(withoutIdToken)
    await scene.keeper.adopt({ id: 'second', app: 'nightly', refreshToken: secret(refresh_token), replaces: 1 })
    equal((await scene.keeper.verify('second')).generation, 3)
    equal((await there.verify('second')).generation, 2)
  })

  test('of one tenant holds nothing of another (P-28)', async () => {
    await using scene = await openScene()
    const { org, keeper } = scene
    const app = { name: 'nightly', loginUrl: org.url, clientId: org.client.consumerKey }
    await keeper.saveApp({ ...app, tenant: 'rival', clientSecret: secret(org.client.consumerSecret) })
    const { refresh_token } = await org.grant(withoutIdToken)
    await keeper.adopt({ tenant: 'rival', id: 'theirs', app: 'nightly', refreshToken: secret(refresh_token) })
    const file = newFile(scene)
    const done = await keeper.exportVault({ file, recipientKey, tenant: 'rival', handOver: true })
    deepEqual([done.apps, done.connections], [1, 1])
    equal(await state(keeper), 'alive')
    const there = await elsewhere(scene)
    await importInto(there, done)
    equal((await there.verify({ tenant: 'rival', id: 'theirs' })).generation, 2)
    equal(await there.connection('canary'), undefined)
  })
})

describe('an import', () => {
  test('L-48: of a file that was made before a rotation overwrites nothing, not even to replace, and says why', async () => {
    await using scene = await openScene()
    const old = await exportFrom(scene, scene.keeper, false)
    await scene.keeper.verify('canary')
    for (const replace of [false, true]) {
      const { entries } = await scene.keeper.importVault({ file: old.file, privateKey, replace })
      const entry = entries.find(({ kind }) => kind === 'connection')
      equal(entry?.outcome, 'refused')
      match(entry.why ?? '', /at generation 2 here and at 1 in the export, which was made before a rotation/)
    }
    equal((await scene.keeper.verify('canary')).generation, 3)
  })

  test('L-48: of an old copy that was not handed over asks the org first, and never sends the spent token', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    const old = await exportFrom(scene, scene.keeper, false)
    await scene.keeper.verify('canary')
    const there = await elsewhere(scene, { environment: time.environment })
    deepEqual(await importInto(there, old), ['app nightly created', 'connection canary to-be-asked'])
    for (const passed of [1, 7, 130]) {
      time.ahead(minutes(passed))
      await rejects(there.verify('canary'), ({ code }: KeeperError) => /IN_DOUBT|REAUTHORIZATION_REQUIRED/.test(code))
    }
    equal(await state(there), 'reauthorization-required')
    equal((await scene.keeper.verify('canary')).generation, 3, 'the family lives')
  })

  test('of a copy that is still the newest asks the org, and goes on with it', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    const copy = await exportFrom(scene, scene.keeper, false)
    const there = await elsewhere(scene, { environment: time.environment })
    await importInto(there, copy)
    await rejects(there.accessToken('canary'), { code: 'IN_DOUBT' })
    time.ahead(minutes(7))
    equal((await there.accessToken('canary')).generation, 2)
  })

  test('of a keeper that was stopped is used at once if that is said', async () => {
    await using scene = await openScene()
    const copy = await exportFrom(scene, scene.keeper, false)
    const there = await elsewhere(scene)
    await importInto(there, copy, { exporterStopped: true })
    equal((await there.verify('canary')).generation, 2)
  })

  test('done again finds everything the same, also after one that was interrupted', async () => {
    await using scene = await openScene()
    await scene.adopt('second')
    const done = await exportFrom(scene)
    const there = await elsewhere(scene)
    await importInto(there, done)
    await there.remove('second')
    deepEqual(await importInto(there, done), [
      'app nightly same',
      'connection canary same',
      'connection second created',
    ])
    deepEqual(
      (await importInto(there, done)).map((line) => line.split(' ').at(-1)),
      ['same', 'same', 'same'],
    )
  })

  test('does not put the token back that was handed over from here', async () => {
    await using scene = await openScene()
    const { entries } = await scene.keeper.importVault({ ...(await exportFrom(scene)), privateKey })
    match(entries.find(({ id }) => id === 'canary')?.next ?? '', /keeper take-back canary/)
    equal(await state(scene.keeper), 'handed-over')
  })

  test('of a file that was cut or altered, or with another key, changes nothing', async () => {
    await using scene = await openScene()
    const { file } = await exportFrom(scene)
    const there = await elsewhere(scene)
    const whole = await readFile(file)
    const damaged = newFile(scene)
    for (const [bytes, words] of [
      [whole.subarray(0, -1), /cut short/],
      [Buffer.from(whole.map((byte, at) => (at === whole.length - 20 ? byte ^ 1 : byte))), /damaged/],
    ] as const) {
      await writeFile(damaged, bytes)
      await rejects(there.importVault({ file: damaged, privateKey }), { code: 'IMPORT_REFUSED', message: words })
    }
    const other = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await rejects(there.importVault({ file, privateKey: secret(other) }), { message: /sealed for the key/ })
    deepEqual([await there.connections(), await there.apps()], [[], []])
  })

  test('over another client of the same name is refused for it and for its connections', async () => {
    await using scene = await openScene()
    const done = await exportFrom(scene)
    const there = await elsewhere(scene)
    await there.saveApp({ name: 'nightly', loginUrl: scene.org.url, clientId: 'another' })
    deepEqual(await importInto(there, done, { replace: true }), ['app nightly refused', 'connection canary refused'])
  })
})

test('an export needs a passphrase that is worth the name, or a public key', async () => {
  await using scene = await openScene()
  const file = newFile(scene)
  const refused = (words: RegExp) => ({ code: 'EXPORT_REFUSED', message: words })
  await rejects(scene.keeper.exportVault({ file, passphrase: secret('short') }), refused(/less than 12 characters/))
  await rejects(scene.keeper.exportVault({ file, recipientKey: 'junk' }), refused(/no X25519 public key/))
  equal(existsSync(file), false)
})

test('L-57: the very token that is there may be adopted once more without being revoked', async () => {
  await using scene = await openScene()
  const { refresh_token } = await scene.org.grant(withoutIdToken)
  const wish = { id: 'twice', app: 'nightly', refreshToken: secret(refresh_token) }
  await scene.keeper.adopt(wish)
  await scene.keeper.adopt({ ...wish, replaces: 1 })
  equal((await scene.keeper.verify('twice')).generation, 3)
})
