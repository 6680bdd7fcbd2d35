/** The keys of the keyring: another one, one less, the wrong ones, and a KMS that fails now and then. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Keeper, Keyring } from '../../src/keeper/keeper-face.ts'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { openKeyring } from '../../src/keeper/vault/keyring.ts'
import { secret } from '../../src/values/secret.ts'
import { hours } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { decisionsOf, openScene, type Scene } from './scene.ts'

const keyringFile = ({ folder }: Scene): string => join(folder, 'keyring.json')
const wraps = async (keeper: Keeper): Promise<readonly (readonly [boolean, number])[]> =>
  (await keeper.keys()).map(({ current, wraps: count }) => [current, count] as const)

describe('rotating the key of the keyring', () => {
  test('wraps everything under the new one, authorizes nobody again, and is seen by another keeper', async () => {
    await using scene = await openScene()
    const other = await scene.again()
    await scene.adopt('second')
    const before = await decisionsOf(scene.org)
    const rotated = await scene.keeper.rotateKey()
    deepEqual([rotated.rewrapped, rotated.failed, rotated.finished], [3, [], true])
    ok(rotated.added)
    equal(await decisionsOf(scene.org), before)
    deepEqual(await wraps(scene.keeper), [
      [true, 3],
      [false, 0],
    ])
    // the other process knows the new key when it meets it, and wraps under it
    equal((await other.verify('canary')).generation, 2)
    await other.saveApp({ name: 'later', loginUrl: scene.org.url, clientId: 'x', clientSecret: secret('y') })
    deepEqual(await wraps(other), [
      [true, 4],
      [false, 0],
    ])
    equal((await scene.keeper.verify('second')).generation, 2)
  })

  test('while exchanges go on loses none of them (L-59)', async () => {
    await using scene = await openScene()
    for (const id of ['a', 'b', 'c']) await scene.adopt(id)
    const exchanges = ['canary', 'a', 'b', 'c'].map(async (id) => {
      for (let n = 0; n < 3; n += 1) await scene.keeper.verify(id)
    })
    for (let n = 0; n < 3; n += 1) await scene.keeper.rotateKey()
    await Promise.all(exchanges)
    await scene.keeper.rewrapKeys()
    equal((await wraps(scene.keeper))[0]?.[1], 5)
    for (const id of ['canary', 'a', 'b', 'c']) equal((await scene.keeper.verify(id)).generation, 5)
  })

  for (const at of [1, 3])
    test(`killed at data key ${at} of 4 leaves everything readable, and is gone on with when it is asked for again`, async () => {
      await using scene = await openScene()
      for (const id of ['a', 'b']) await scene.adopt(id)
      const child = spawn(process.execPath, [join(import.meta.dirname, 'child-rotate.ts'), scene.folder, String(at)])
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
      equal(signal, 'SIGKILL')
      const keeper = await scene.again()
      const [current, retired] = await wraps(keeper)
      deepEqual(
        [current, retired],
        [
          [true, at - 1],
          [false, 5 - at],
        ],
      )
      equal((await keeper.verify('canary')).generation, 2)
      const again = await keeper.rotateKey()
      deepEqual([again.added, again.rewrapped, again.finished], [undefined, 5 - at, true])
      equal((await keeper.keys()).length, 2, 'no further key was added')
      equal((await keeper.verify('b')).generation, 2)
    })

  test('is stopped between two data keys, and says that it was', async () => {
    await using scene = await openScene()
    const stop = new AbortController()
    stop.abort()
    const { finished, added } = await scene.keeper.rotateKey({ stop: stop.signal })
    ok(added)
    equal(finished, false)
    deepEqual([(await scene.keeper.rewrapKeys()).rewrapped, (await wraps(scene.keeper))[0]], [2, [true, 2]])
  })
})

describe('dropping a key', () => {
  const refused = (words: RegExp) => (cause: KeeperError) => {
    equal(cause.code, 'KEY_REFUSED')
    match(cause.message, words)
    ok(cause.next.length > 0)
    return true
  }

  test('is refused for the current one, one that is not there, and one that still wraps something', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    const [first] = await scene.keeper.keys()
    ok(first)
    await rejects(scene.keeper.dropKey(first.id), refused(/is the key in use/))
    await rejects(scene.keeper.dropKey('0000000000000000'), refused(/has no such key/))
    const stop = new AbortController()
    stop.abort()
    await scene.keeper.rotateKey({ stop: stop.signal })
    await rejects(scene.keeper.dropKey(first.id), refused(/2 data keys are still wrapped/))
    await scene.keeper.rewrapKeys()
    await rejects(scene.keeper.dropKey(first.id), refused(/less than an hour ago/))
    time.ahead(hours(2))
    await scene.keeper.dropKey(first.id)
    equal((await readFile(keyringFile(scene), 'utf8')).includes(first.id), false)
    equal((await scene.keeper.keys()).length, 1)
  })
})

describe('a vault with another keyring than its own', () => {
  const before = async (scene: Scene): Promise<string> => {
    await scene.keeper.close()
    return await readFile(keyringFile(scene), 'utf8')
  }
  const fault = (kind: string, words: RegExp) => (cause: KeeperError & { readonly kind?: string }) => {
    deepEqual([cause.code, cause.kind], ['VAULT_FAULT', kind])
    match(cause.message, words)
    ok(cause.next.length > 0)
    return true
  }

  test('is not opened, says which key it wants and which there are, and changes nothing', async () => {
    await using scene = await openScene()
    const right = await before(scene)
    const path = keyringFile(scene)
    await rename(path, `${path}.right`)
    await openKeyring(
      { kind: 'file', path, vaultIsNew: true },
      { random: (count) => new Uint8Array(randomBytes(count)), clock: Date.now },
    )
    const wrong = await readFile(path, 'utf8')
    await rejects(
      scene.again(),
      fault(
        'wrong-keyring',
        /is wrapped under the key [0-9a-f]{16}, which .*keyring\.json does not have \(it has [0-9a-f]{16}\)/,
      ),
    )
    equal(await readFile(path, 'utf8'), wrong)
    await writeFile(path, right, { mode: 0o600 })
    equal((await (await scene.again()).verify('canary')).generation, 2)
  })

  test('with another master key in the environment is not opened, and names the variable', async () => {
    await using scene = await openScene()
    await before(scene)
    const keyring = { text: secret(randomBytes(32).toString('base64')), name: 'SALLYPORT_KEEPER_KEYRING' }
    await rejects(scene.again({ keyring }), fault('wrong-keyring', /which SALLYPORT_KEEPER_KEYRING does not have/))
    await rejects(
      scene.again({ keyring: { text: secret('0'.repeat(43)), name: 'SALLYPORT_KEEPER_KEYRING' } }),
      fault('keyring-damaged', /SALLYPORT_KEEPER_KEYRING/),
    )
  })

  test('without a keyring beside it is not opened, and none is made', async () => {
    await using scene = await openScene()
    const right = await before(scene)
    await rm(keyringFile(scene))
    await rejects(scene.again(), fault('keyring-missing', /There is no keyring at .*keyring\.json/))
    await rejects(readFile(keyringFile(scene)), { code: 'ENOENT' })
    await writeFile(keyringFile(scene), right, { mode: 0o600 })
    equal((await (await scene.again()).verify('canary')).generation, 2)
  })

  test('that holds no more than the secret of an app is not new either', async () => {
    await using scene = await openScene()
    await scene.keeper.remove('canary')
    await before(scene)
    await rm(keyringFile(scene))
    await rejects(scene.again(), fault('keyring-missing', /no keyring/))
  })
})

/** A KMS behind a network, as a test has it: asynchronous, and out of reach when it is told to be. */
function kms(): Keyring & { down: (calls: number) => void; readonly asked: () => number } {
  const held = openKeyring(
    { kind: 'text', text: secret(randomBytes(32).toString('base64')), name: 'KMS' },
    { random: (count) => new Uint8Array(randomBytes(count)), clock: Date.now },
  )
  const state = { fails: 0, asked: 0 }
  const answer = async <T>(work: (keyring: Keyring) => Promise<T>): Promise<T> => {
    state.asked += 1
    const keyring = await held
    if (state.fails > 0) {
      state.fails -= 1
      throw new Error('connect ECONNREFUSED 192.0.2.1:443')
    }
    return await work(keyring)
  }
  return {
    current: 'alias/sallyport',
    wrap: async (dataKey, context) => {
      const wrapped = await answer(async (keyring) => await keyring.wrap(dataKey, context))
      return { key: 'alias/sallyport', bytes: Buffer.concat([Buffer.from(wrapped.key, 'hex'), wrapped.bytes]) }
    },
    unwrap: async ({ bytes }, context) => {
      const inside = { key: Buffer.from(bytes.subarray(0, 8)).toString('hex'), bytes: bytes.subarray(8) }
      return await answer(async (keyring) => await keyring.unwrap(inside, context))
    },
    down: (calls) => void (state.fails = calls),
    asked: () => state.asked,
  }
}

describe('a KMS in the place of a keyring', () => {
  test('that is out of reach refuses an exchange before anything is spent, at whichever call it fails', async () => {
    const keyring = kms()
    const time = bentTime()
    await using scene = await openScene({ keyring, environment: time.environment })
    const sent = await decisionsOf(scene.org)
    let refused = 0
    for (let n = 1; ; n += 1) {
      time.ahead(hours(n)) // no data key is remembered for so long
      const fails = failAt(keyring, n)
      const done = await scene.keeper.verify('canary').then(
        ({ generation }) => generation,
        (cause: KeeperError) => {
          equal(cause.code, 'NOT_SENT')
          match(cause.message, /could not be asked: connect ECONNREFUSED/)
          return undefined
        },
      )
      if (fails.happened() && done === undefined) refused += 1
      if (!fails.happened()) break
      if (done === undefined) equal(await decisionsOf(scene.org), sent, `call ${n} was refused and sent`)
    }
    ok(refused >= 2, `only ${refused} refusals were seen`)
    equal((await scene.keeper.connection('canary'))?.state, 'alive')
  })

  test('says that it keeps the keys itself, and is re-wrapped for under what it calls current', async () => {
    const keyring = kms()
    await using scene = await openScene({ keyring })
    await rejects(scene.keeper.rotateKey(), { code: 'KEY_REFUSED', message: /kept by the keyring that was given/ })
    await rejects(scene.keeper.dropKey('x'), { code: 'KEY_REFUSED' })
    deepEqual(await wraps(scene.keeper), [[true, 2]])
    Object.assign(keyring, { current: 'alias/sallyport' })
    equal((await scene.keeper.rewrapKeys()).rewrapped, 0)
  })

  test('that is out of reach at start does not keep the keeper from opening', async () => {
    const keyring = kms()
    await using scene = await openScene({ keyring })
    keyring.down(1)
    const again = await scene.again({ keyring })
    equal((await again.verify('canary')).generation, 2)
    ok(scene.logged.some((line) => /keyring-lacks.*keyring-unreachable/.test(line)))
  })
})

/** The n-th call from now on fails, and only that one. */
function failAt(keyring: ReturnType<typeof kms>, n: number): { readonly happened: () => boolean } {
  const from = keyring.asked()
  let failed = false
  const { wrap, unwrap } = keyring
  const count = async <T>(work: () => Promise<T>): Promise<T> => {
    if (keyring.asked() - from === n - 1 && !failed) {
      failed = true
      keyring.down(1)
    }
    return await work()
  }
  Object.assign(keyring, {
    wrap: async (...args: Parameters<typeof wrap>) => await count(() => wrap(...args)),
    unwrap: async (...args: Parameters<typeof unwrap>) => await count(() => unwrap(...args)),
  })
  return { happened: () => failed }
}
