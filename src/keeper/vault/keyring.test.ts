import { deepEqual, equal, match, notDeepEqual, notEqual, ok, rejects } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { takeOwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { settleMs } from '../rules/drop-key.ts'
import { secret } from '../../values/secret.ts'
import { openKeyring, type HeldKeyring, type Keyring, type KeyringSource, type WrappedKey } from './keyring.ts'
import { VaultFault, type VaultFaultKind } from './vault-fault.ts'

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const dataKey = random(32)

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-keyring-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** With a clock that stands until it is moved. */
function partsAt(start = 1_000_000) {
  let now = start
  return { random, clock: () => now, advance: (ms: number) => (now += ms) }
}

const file = (path: string, vaultIsNew = true): KeyringSource => ({ kind: 'file', path, vaultIsNew })
const text = (words: string): KeyringSource => ({ kind: 'text', text: secret(words), name: 'KEEPER_KEYRING' })
const open = (source: KeyringSource): Promise<HeldKeyring> => openKeyring(source, partsAt())

const named =
  (kind: VaultFaultKind, words: RegExp) =>
  (cause: unknown): boolean => {
    ok(cause instanceof VaultFault, String(cause))
    equal(cause.kind, kind)
    match(cause.message, words)
    ok(cause.next.length > 0)
    return true
  }

const nobody: WrappedKey = { key: '', bytes: new Uint8Array() }
async function added(keyring: HeldKeyring): Promise<string> {
  const result = await keyring.addKey()
  if (!result.ok) throw new Error(result.fault.means)
  return result.value
}

/** What every keyring keeps, a KMS too. */
function keyringSuite(name: string, make: (t: TestContext) => Promise<Keyring>): void {
  describe(`wrapping by ${name}`, () => {
    test('gives back what it took, in the same context, and leaves the data key alone', async (t) => {
      const keyring = await make(t)
      const mine = Uint8Array.from(dataKey)
      const wrapped = await keyring.wrap(mine, 'a')
      equal(wrapped.key, keyring.current)
      deepEqual(mine, dataKey)
      deepEqual(Uint8Array.from(await keyring.unwrap(wrapped, 'a')), dataKey)
    })

    test('gives nothing back in another context', async (t) => {
      const keyring = await make(t)
      await rejects(keyring.unwrap(await keyring.wrap(dataKey, 'a'), 'b'), named('moved-or-damaged', /"?b"?/))
    })

    test('gives nothing back of altered or cut bytes', async (t) => {
      const keyring = await make(t)
      const { key, bytes } = await keyring.wrap(dataKey, 'a')
      for (let at = 0; at < bytes.length; at += 1) {
        const altered = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte))
        await rejects(keyring.unwrap({ key, bytes: altered }, 'a'), named('moved-or-damaged', /altered/))
        await rejects(keyring.unwrap({ key, bytes: bytes.subarray(0, at) }, 'a'), named('moved-or-damaged', /altered/))
      }
    })

    test('is another text each time, and holds nothing of the data key', async (t) => {
      const keyring = await make(t)
      const [one, two] = [await keyring.wrap(dataKey, 'a'), await keyring.wrap(dataKey, 'a')]
      notDeepEqual(one.bytes, two.bytes)
      equal(Buffer.from(one.bytes).includes(Buffer.from(dataKey.subarray(0, 4))), false)
    })

    test('names a key that it does not have, and those that it has', async (t) => {
      const keyring = await make(t)
      const other = await (await open(text(randomBytes(32).toString('base64')))).wrap(dataKey, 'a')
      const words = new RegExp(`under the key ${other.key}, which .* does not have \\(it has .*${keyring.current}`)
      await rejects(keyring.unwrap(other, 'a'), named('wrong-keyring', words))
      await rejects(keyring.unwrap(nobody, 'a'), named('wrong-keyring', /does not have/))
    })
  })
}

keyringSuite('a file', async (t) => await open(file(join(await folderFor(t), 'keyring.json'))))
keyringSuite('a text', async () => await open(text(randomBytes(32).toString('base64url'))))

describe('the file of a keyring', () => {
  test('is made where there is none, for its owner alone, and opens the same again', async (t) => {
    const path = join(await folderFor(t), 'data', 'keyring.json')
    const wrapped = await (await open(file(path))).wrap(dataKey, 'a')
    equal((await stat(path)).mode & 0o777, 0o600)
    deepEqual(Uint8Array.from(await (await open(file(path, false))).unwrap(wrapped, 'a')), dataKey)
  })

  test('is not made for a vault that holds something already', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    await rejects(open(file(path, false)), named('keyring-missing', /no keyring at .*keyring\.json/))
    await rejects(stat(path))
  })

  test('that others may read is refused, and nothing is changed', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    await open(file(path))
    await chmod(path, 0o640)
    const before = await readFile(path, 'utf8')
    await rejects(open(file(path)), named('keyring-open-to-others', /mode 640\): chmod 600/))
    equal(await readFile(path, 'utf8'), before)
  })

  const key = (): string => randomBytes(32).toString('base64url')
  const damaged: { readonly [sentence: string]: readonly [string, RegExp] } = {
    'that is empty': ['', /has no key in it/],
    'that is cut': ['{ "version": 1, "keys": [{ "id": "', /is not JSON/],
    'without keys': ['{ "version": 1 }', /has no list of "keys"/],
    'with no key in the list': ['{ "version": 1, "keys": [] }', /has no key in it/],
    'of a newer version': ['{ "version": 2, "keys": [] }', /newer/],
    'with an entry that is no object': ['{ "version": 1, "keys": [null] }', /key 1 of 1 is no object/],
    'with a key that is too short': ['{ "version": 1, "keys": [{ "id": "x", "key": "AAAA" }] }', /is not 32 bytes/],
    'with a key under a name of another': [`{ "version": 1, "keys": [{ "id": "x", "key": "${key()}" }] }`, /altered/],
    'with a placeholder': [Buffer.alloc(32, 7).toString('base64'), /not random/],
    'with a letter too many in a key': [`!${key()}`, /is not 32 bytes in base64/],
    'with a key of 33 bytes': [randomBytes(33).toString('base64'), /is not 32 bytes in base64/],
    'with a word that is no key': [`${key()} hunter2`, /is not 32 bytes in base64 \(key 2 of 2\)/],
  }
  for (const [sentence, [content, words]] of Object.entries(damaged))
    test(`${sentence} is refused by name, stays as it is, and is not quoted`, async (t) => {
      const path = join(await folderFor(t), 'keyring.json')
      await writeFile(path, content, { mode: 0o600 })
      await rejects(open(file(path)), (cause: Error) => {
        equal(cause.message.includes('hunter2'), false)
        return named('keyring-damaged', words)(cause)
      })
      equal(await readFile(path, 'utf8'), content)
    })

  test('with one bit of a key altered is refused: it would open nothing', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    await open(file(path))
    const content = await readFile(path, 'utf8')
    const at = content.indexOf('"key": "') + 12
    const other = content[at] === 'A' ? 'B' : 'A'
    await writeFile(path, content.slice(0, at) + other + content.slice(at + 1))
    await rejects(open(file(path)), named('keyring-damaged', /altered/))
  })

  test('may be a link, which stays one', async (t) => {
    const folder = await folderFor(t)
    const [path, target] = [join(folder, 'link.json'), join(folder, 'secrets.json')]
    await open(file(target))
    await symlink(target, path)
    const keyring = await open(file(path))
    await added(keyring)
    deepEqual((await open(file(target))).keys(), keyring.keys())
  })

  test('that cannot be written leaves the key in use as it was', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const keyring = await open(file(path))
    const before = await readFile(path, 'utf8')
    await mkdir(join(`${path}.new`, 'in the way'), { recursive: true })
    await rejects(keyring.addKey())
    equal(keyring.keys().length, 1)
    equal(await readFile(path, 'utf8'), before)
    await rm(`${path}.new`, { recursive: true })
    equal(await added(keyring), keyring.current)
  })
})

describe('another key for a keyring', () => {
  test('is current at once and at the next start; what lies under the older one still opens', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const parts = partsAt()
    const keyring = await openKeyring(file(path), parts)
    const wrapped = await keyring.wrap(dataKey, 'a')
    parts.advance(5000)
    const fresh = await added(keyring)
    equal(keyring.current, fresh)
    equal((await keyring.wrap(dataKey, 'a')).key, fresh)
    for (const each of [keyring, await open(file(path))]) {
      deepEqual(Uint8Array.from(await each.unwrap(wrapped, 'a')), dataKey)
      deepEqual(each.keys(), [
        { id: fresh, madeAt: 1_005_000 },
        { id: wrapped.key, madeAt: 1_000_000, retiredAt: 1_005_000 },
      ])
    }
  })

  test('that another process added is what this one wraps under next, and what it opens', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const [one, other] = [await open(file(path)), await open(file(path))]
    const fresh = await added(other)
    const wrapped = await other.wrap(dataKey, 'a')
    notEqual(one.current, fresh)
    deepEqual(Uint8Array.from(await one.unwrap(wrapped, 'a')), dataKey)
    const third = await added(other)
    equal((await one.wrap(dataKey, 'a')).key, third)
  })

  test('added by many at once is one after the other: none is lost', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const keyrings = await Promise.all([1, 2, 3, 4].map(() => open(file(path))))
    const ids = await Promise.all(keyrings.map(added))
    const kept = (await open(file(path))).keys().map(({ id }) => id)
    for (const id of ids) ok(kept.includes(id))
    equal(kept.length, 5)
  })

  test('is not added while another holds the lock for longer than a change takes: nothing is changed', async (t) => {
    const folder = await realpath(await folderFor(t))
    const path = join(folder, 'keyring.json')
    const keyring = await open(file(path))
    const before = await readFile(path, 'utf8')
    const lock = takeOwnerLock(folder, 'keyring.json')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const state = { ended: false }
    const refused = rejects(keyring.addKey(), named('keyring-busy', /being changed by another process/)).finally(
      () => (state.ended = true),
    )
    while (!state.ended) {
      await new Promise((resolve) => setImmediate(resolve))
      t.mock.timers.tick(1000)
    }
    await refused
    lock.release()
    equal(await readFile(path, 'utf8'), before)
    equal(await added(keyring), keyring.current)
  })

  test('is not wrapped under while the file is gone or open to others, and what is known still opens', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const keyring = await open(file(path))
    const wrapped = await keyring.wrap(dataKey, 'a')
    await chmod(path, 0o644)
    await rejects(keyring.wrap(dataKey, 'a'), named('keyring-open-to-others', /chmod 600/))
    await chmod(path, 0o600)
    await rename(path, `${path}.away`)
    await rejects(keyring.wrap(dataKey, 'a'), named('keyring-missing', /no keyring/))
    deepEqual(Uint8Array.from(await keyring.unwrap(wrapped, 'a')), dataKey)
    await rename(`${path}.away`, path)
    equal((await keyring.wrap(dataKey, 'a')).key, wrapped.key)
  })
})

describe('a key that is no longer needed', () => {
  const none = (): Promise<number> => Promise.resolve(0)

  test('goes an hour after it retired, when nothing lies under it', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const parts = partsAt()
    const keyring = await openKeyring(file(path), parts)
    const wrapped = await keyring.wrap(dataKey, 'a')
    const fresh = await added(keyring)
    const why = async (count: number) => {
      const dropped = await keyring.dropKey(wrapped.key, () => Promise.resolve(count))
      return dropped.ok ? 'dropped' : dropped.fault.kind
    }
    equal(await why(0), 'retired-too-lately')
    parts.advance(settleMs)
    equal(await why(1), 'still-wrapping')
    equal((await readFile(path, 'utf8')).includes(wrapped.key), true)
    equal(await why(0), 'dropped')
    equal(await why(0), 'unknown-key')
    equal((await readFile(path, 'utf8')).includes(wrapped.key), false)
    deepEqual(
      keyring.keys().map(({ id }) => id),
      [fresh],
    )
    await rejects(keyring.unwrap(wrapped, 'a'), named('wrong-keyring', /does not have/))
  })

  test('stays when the count cannot be had', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const parts = partsAt()
    const keyring = await openKeyring(file(path), parts)
    const old = keyring.current
    await added(keyring)
    parts.advance(settleMs)
    await rejects(
      keyring.dropKey(old, () => Promise.reject(new Error('disk gone'))),
      /disk gone/,
    )
    equal(keyring.keys().length, 2)
  })

  test('is never the current one', async (t) => {
    const keyring = await open(file(join(await folderFor(t), 'keyring.json')))
    const dropped = await keyring.dropKey(keyring.current, none)
    equal(dropped.ok ? '' : dropped.fault.kind, 'current-key')
  })
})

describe('a keyring from a text', () => {
  const [one, two] = [randomBytes(32), randomBytes(32)]

  test('has its current key first and opens what lies under the others', async () => {
    const older = await (await open(text(one.toString('base64')))).wrap(dataKey, 'a')
    const keyring = await open(text(` ${two.toString('base64url')},\n ${one.toString('base64')} `))
    deepEqual(Uint8Array.from(await keyring.unwrap(older, 'a')), dataKey)
    notEqual((await keyring.wrap(dataKey, 'a')).key, older.key)
    equal(keyring.keys()[1]?.id, older.key)
  })

  test('takes what a file holds, and goes on with the same keys', async (t) => {
    const path = join(await folderFor(t), 'keyring.json')
    const first = await open(file(path))
    await added(first)
    const wrapped = await first.wrap(dataKey, 'a')
    const second = await open(text(await readFile(path, 'utf8')))
    deepEqual(second.keys(), first.keys())
    deepEqual(Uint8Array.from(await second.unwrap(wrapped, 'a')), dataKey)
  })

  test('refuses a key that stands twice, and an empty variable, by the name of the variable', async () => {
    const twice = `${one.toString('base64')} ${one.toString('base64url')}`
    await rejects(open(text(twice)), named('keyring-damaged', /^KEEPER_KEYRING has the key \w+ twice/))
    await rejects(open(text(' ')), named('keyring-damaged', /^KEEPER_KEYRING has no key in it/))
  })

  test('is changed where it is kept, and says how', async () => {
    const keyring = await open(text(one.toString('base64')))
    for (const refused of [await keyring.addKey(), await keyring.dropKey(keyring.current, () => Promise.resolve(0))]) {
      equal(refused.ok ? '' : refused.fault.kind, 'kept-elsewhere')
      match(refused.ok ? '' : refused.fault.next.join(), /before those in KEEPER_KEYRING/)
    }
  })
})
