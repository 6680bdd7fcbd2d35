import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { freshKeyring, keyringFileName, openKeyringFile, type HeldKeyring } from './keyring-file.ts'

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const open = (folder: string): Promise<HeldKeyring> => openKeyringFile(folder, { random, storeIsNew: true })

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-keyring-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function rotate({ rotateTagKey }: HeldKeyring, compromised = false) {
  const rotated = await rotateTagKey({ compromised })
  if (!rotated.ok) throw new Error(rotated.fault)
  return rotated.value
}

describe('the keyring beside the store', () => {
  test('P-09: a new tag key mints at once, and lies in the file for the next start, the one before it still verifying', async (t) => {
    const folder = await folderFor(t)
    const held = await open(folder)
    const { keyring } = held
    const before = keyring.activeTagKey
    deepEqual(await rotate(held), [
      { id: 1, state: 'retired' },
      { id: 2, state: 'active' },
    ])
    equal(keyring.activeTagKey.id, 2)
    deepEqual(keyring.tagKey(1)?.mac(Buffer.from('x')), before.mac(Buffer.from('x')))
    const next = await open(folder)
    deepEqual(next.keyring.activeTagKey.mac(Buffer.from('x')), keyring.activeTagKey.mac(Buffer.from('x')))
    deepEqual(next.keyring.activeSealKey, keyring.activeSealKey)
    deepEqual(next.tagKeys(), held.tagKeys())
    equal((await stat(join(folder, keyringFileName))).mode & 0o777, 0o600)
  })

  test('P-09: compromised marks those before it, in use and in the file', async (t) => {
    const folder = await folderFor(t)
    const held = await open(folder)
    await rotate(held, true)
    equal(held.keyring.tagKey(1)?.state, 'compromised')
    equal((await open(folder)).keyring.tagKey(1)?.state, 'compromised')
  })

  test('rotations at the same time come one after the other', async (t) => {
    const folder = await folderFor(t)
    const held = await open(folder)
    await Promise.all(Array.from({ length: 5 }, () => rotate(held)))
    deepEqual(
      (await open(folder)).tagKeys().map(({ id, state }) => `${id} ${state}`),
      ['1 retired', '2 retired', '3 retired', '4 retired', '5 retired', '6 active'],
    )
  })

  test('a file that cannot be written leaves the old key in use, and the next try works', async (t) => {
    const folder = await folderFor(t)
    const held = await open(folder)
    const before = await readFile(join(folder, keyringFileName), 'utf8')
    const obstacle = join(folder, `${keyringFileName}.new`)
    await mkdir(join(obstacle, 'in the way'), { recursive: true })
    await rejects(rotate(held))
    equal(held.keyring.activeTagKey.id, 1)
    equal(await readFile(join(folder, keyringFileName), 'utf8'), before)
    await rm(obstacle, { recursive: true })
    await rotate(held)
    equal(held.keyring.activeTagKey.id, 2)
  })

  test('no key material is in what is told of the keys', async (t) => {
    const folder = await folderFor(t)
    const held = await open(folder)
    const told = JSON.stringify([held.tagKeys(), await rotate(held)])
    const file = JSON.parse(await readFile(join(folder, keyringFileName), 'utf8')) as { tagKeys: { key: string }[] }
    equal(file.tagKeys.length, 2)
    for (const { key } of file.tagKeys) equal(told.includes(key), false)
  })

  test('255 rotations are as many as tokens have room for', async () => {
    const held = freshKeyring(random)
    for (let nth = 2; nth <= 255; nth += 1) await rotate(held)
    equal(held.keyring.activeTagKey.id, 255)
    const one = await held.rotateTagKey({ compromised: false })
    match(one.ok ? 'made' : one.fault, /255 key ids/)
    equal(held.keyring.activeTagKey.id, 255)
  })
})
