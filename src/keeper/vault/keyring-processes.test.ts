import { deepEqual, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { randomBytes } from 'node:crypto'
import { openKeyring } from './keyring.ts'

const module = JSON.stringify(new URL('./keyring.ts', import.meta.url).href)
const program = `
  import { randomBytes } from 'node:crypto'
  import { openKeyring } from ${module}
  const parts = { random: (count) => new Uint8Array(randomBytes(count)), clock: () => 0 }
  process.stdout.write('ready\\n')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  const keyring = await openKeyring({ kind: 'file', path: process.argv[1], vaultIsNew: true }, parts)
  const wrapped = await keyring.wrap(new Uint8Array(32).fill(9), 'a')
  const added = await keyring.addKey()
  console.log(JSON.stringify({ key: wrapped.key, bytes: [...wrapped.bytes], added: added.value }))
  process.exit()`

type Told = { readonly key: string; readonly bytes: readonly number[]; readonly added: string }

function start(path: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ready = once(child.stdout, 'data')
  const told = once(child, 'close').then(() => JSON.parse(said.split('\n')[1] ?? '') as Told)
  return { ready, told, go: () => child.stdin.end('go') }
}

describe('a keyring file that eight processes make and change at once', () => {
  test('is made by one of them; no key is lost, and what any of them wrapped opens', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-keyring-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'data', 'keyring.json')
    const children = Array.from({ length: 8 }, () => start(path))
    await Promise.all(children.map(({ ready }) => ready))
    for (const { go } of children) go()
    const told = await Promise.all(children.map((child) => child.told))

    const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
    const keyring = await openKeyring({ kind: 'file', path, vaultIsNew: false }, { random, clock: () => 0 })
    const ids = keyring.keys().map(({ id }) => id)
    equal(ids.length, 9)
    deepEqual(new Set(told.map(({ added }) => added)).size, 8)
    for (const { key, bytes, added } of told) {
      equal(ids.includes(added), true)
      const back = await keyring.unwrap({ key, bytes: Uint8Array.from(bytes) }, 'a')
      deepEqual(Uint8Array.from(back), new Uint8Array(32).fill(9))
    }
    deepEqual((await readdir(join(folder, 'data'))).toSorted(), ['keyring.json', 'keyring.json.lock'])
  })
})
