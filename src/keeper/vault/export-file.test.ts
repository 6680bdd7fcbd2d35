import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test, type TestContext } from 'node:test'
import { secret } from '../../values/secret.ts'
import { KeeperError } from '../keeper-error.ts'
import { openExportFile, writeExportFile } from './export-file.ts'
import { keyForRecipient, keyOfPassphrase, type MadeKey, type Opener } from './file-key.ts'
import { chunkBytes } from './sealed-file.ts'

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const pems = (type: 'x25519' | 'ed25519'): { publicKey: string; privateKey: string } => {
  const { publicKey, privateKey } = type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
const mine = pems('x25519')
const myKey: Opener = { privateKey: secret(mine.privateKey) }

async function made(): Promise<MadeKey> {
  const key = await keyForRecipient(mine.publicKey, random)
  if (!key.ok) throw new Error(key.fault)
  return key.value
}

async function* given(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line)
}

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const line of lines) found.push(line)
  return found
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-export-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function read(path: string, opener: Opener = myKey): Promise<readonly string[]> {
  const opened = await openExportFile(path, opener)
  try {
    return await all(opened.lines())
  } finally {
    await opened.close()
  }
}

const says = (words: RegExp) => (cause: unknown) => {
  ok(cause instanceof KeeperError, String(cause))
  equal(cause.code, 'IMPORT_REFUSED')
  match(cause.message, words)
  ok(cause.next.length > 0)
  return true
}

describe('an exported file', () => {
  const contents: Readonly<Record<string, readonly string[]>> = {
    'of nothing': [],
    'of a few lines': ['{"a":1}', 'ünicode', ''],
    'of exactly one chunk': ['x'.repeat(chunkBytes - 1)],
    'of one byte more than a chunk': ['x'.repeat(chunkBytes)],
    'of many chunks': Array.from({ length: 40 }, (_, n) => String(n).repeat(10_000)),
  }
  for (const [sentence, lines] of Object.entries(contents))
    test(`${sentence} is read as it was written, as often as it is asked for`, async (t) => {
      const path = join(await folderFor(t), 'vault.export')
      await writeExportFile(path, await made(), given(lines))
      equal((await stat(path)).mode & 0o777, 0o600)
      const opened = await openExportFile(path, myKey)
      for (const _ of [1, 2]) deepEqual(await all(opened.lines()), lines)
      await opened.close()
      const bytes = await readFile(path, 'latin1')
      for (const line of lines.filter((each) => each.length > 4)) equal(bytes.includes(line.slice(0, 32)), false)
    })

  test('that is cut at any byte is refused, and says so', async (t) => {
    const path = join(await folderFor(t), 'vault.export')
    await writeExportFile(path, await made(), given(['{"a":1}', 's3cr3t']))
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length))
      await rejects(read(path), says(/is no export of a vault|is cut short|head of .* was altered/))
    }
  })

  test('that was cut between two chunks is refused: its last chunk says that it is the last', async (t) => {
    const path = join(await folderFor(t), 'vault.export')
    await writeExportFile(path, await made(), given(Array.from({ length: 3 }, () => 'y'.repeat(chunkBytes))))
    const whole = await readFile(path)
    const head = whole.indexOf(10, whole.indexOf(10) + 1) + 1
    for (const chunks of [0, 1, 2, 3]) {
      await writeFile(path, whole.subarray(0, head + chunks * (4 + chunkBytes + 16)))
      await rejects(read(path), says(/is cut short: its end is missing after \d+ bytes/))
    }
    const second = whole.subarray(head + 4 + chunkBytes + 16, head + 2 * (4 + chunkBytes + 16))
    const swapped = Buffer.concat([whole.subarray(0, head), second, whole.subarray(head, head + second.length)])
    await writeFile(path, swapped)
    await rejects(read(path), says(/is damaged at byte \d+/))
    await writeFile(path, Buffer.concat([whole, Buffer.of(1)]))
    await rejects(read(path), says(/goes on behind its end/))
  })

  test('in which any byte was altered is refused', async (t) => {
    const path = join(await folderFor(t), 'vault.export')
    await writeExportFile(path, await made(), given(['{"a":1}']))
    const whole = await readFile(path)
    for (let at = 0; at < whole.length; at += 1) {
      await writeFile(path, Buffer.from(whole.map((byte, i) => (i === at ? byte ^ 1 : byte))))
      await rejects(read(path), says(/no export|damaged|altered|cut short|newer|sealed for|cost/))
    }
  })

  test('is for the owner of the key alone', async (t) => {
    const path = join(await folderFor(t), 'vault.export')
    await writeExportFile(path, await made(), given(['a']))
    const open = (opener: Opener): Promise<unknown> => read(path, opener)
    const other = pems('x25519')
    await rejects(open({ privateKey: secret(other.privateKey) }), says(/sealed for the key \S+, and this one is/))
    await rejects(open({ privateKey: secret('junk') }), says(/no X25519 private key/))
    await rejects(open({ passphrase: secret('a long passphrase') }), says(/a passphrase was given/))
    for (const pem of [pems('ed25519').publicKey, mine.privateKey, ''])
      equal((await keyForRecipient(pem, random)).ok, false)
  })

  test('is not written over what is there, and is not there where it could not be written to its end', async (t) => {
    const folder = await folderFor(t)
    const path = join(folder, 'vault.export')
    await writeFile(path, 'mine')
    await rejects(writeExportFile(path, await made(), given(['a'])), {
      code: 'EXPORT_REFUSED',
      message: /is there already/,
    })
    equal(await readFile(path, 'utf8'), 'mine')
    async function* failing(): AsyncGenerator<string> {
      yield await Promise.resolve('x'.repeat(200_000))
      throw new Error('the store is gone')
    }
    const other = join(folder, 'other.export')
    await rejects(writeExportFile(other, await made(), failing()), /the store is gone/)
    equal(existsSync(other), false)
  })
})

describe('an exported file with a passphrase', () => {
  const passphrase = secret('correct horse battery')
  let file: Buffer
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-export-'))
    const path = join(folder, 'vault.export')
    await writeExportFile(path, await keyOfPassphrase(passphrase, random), given(['a', 'b']))
    file = await readFile(path)
    await rm(folder, { recursive: true })
  })
  const put = async (t: TestContext, bytes: Uint8Array): Promise<string> => {
    const path = join(await folderFor(t), 'vault.export')
    await writeFile(path, bytes)
    return path
  }

  test('opens with it, and states its cost', async (t) => {
    deepEqual(await read(await put(t, file), { passphrase }), ['a', 'b'])
    match(file.toString('latin1'), /"kdf":"scrypt","N":131072,"r":8,"p":1/)
  })

  test('says of another one that it is another one', async (t) => {
    const path = await put(t, file)
    await rejects(read(path, { passphrase: secret('correct horse batterz') }), says(/The passphrase is another one/))
    await rejects(read(path, myKey), says(/sealed with a passphrase, and a private key was given/))
  })

  test('that asks for more memory than an export does is refused before it gets it', async (t) => {
    for (const cost of ['1073741824', '131073', '2']) {
      const altered = file.toString('latin1').replace('131072', cost)
      await rejects(read(await put(t, Buffer.from(altered, 'latin1')), { passphrase }), says(/asks for a cost/))
    }
  })

  test('of a newer program says so', async (t) => {
    const altered = file.toString('latin1').replace('"version":1', '"version":2')
    await rejects(read(await put(t, Buffer.from(altered, 'latin1')), { passphrase }), says(/a newer version/))
  })
})
