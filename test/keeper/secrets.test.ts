/** Canaries: what the org has given is looked for in every file, log line, event and view, and in the memory of a process that has used it. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { secret } from '../../src/values/secret.ts'
import { openScene, type Scene } from './scene.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const program = new URL('child-secrets.ts', import.meta.url).pathname

/** In each of the forms in which bytes of it could lie somewhere. */
const formsOf = (text: string): readonly Buffer[] => [
  Buffer.from(text),
  Buffer.from(text, 'utf16le'),
  Buffer.from(encodeURIComponent(text)),
  Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)),
  Buffer.from(Buffer.from(text).toString('hex')),
]

const holds = (where: Buffer, text: string): boolean => formsOf(text).some((form) => where.includes(form))

async function filesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  const files = await Promise.all(
    names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [join(folder, name)] : [])),
  )
  return files.flat()
}

/** Where any of them is, by name. */
async function found(scene: Scene, canaries: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const files = await filesOf(scene.folder)
  ok(files.some((file) => file.endsWith('.db')) && files.some((file) => file.endsWith('-wal')), files.join(' '))
  const events = await scene.keeper.events({ limit: 1000 })
  const views = [await scene.keeper.connections(), await scene.keeper.connection('canary')]
  const places: [string, Buffer][] = [
    ['log', Buffer.from(scene.logged.join('\n'))],
    ['events', Buffer.from(JSON.stringify(events))],
    ['views', Buffer.from(JSON.stringify(views))],
  ]
  for (const file of files) places.push([file, await readFile(file)])
  return places.flatMap(([place, bytes]) =>
    Object.entries(canaries).flatMap(([name, text]) => (holds(bytes, text) ? [`${name} in ${place}`] : [])),
  )
}

describe('a copy of the vault', () => {
  test('reveals no secret, nor do log, events and views, whatever became of the exchanges', async () => {
    await using scene = await openScene()
    const { refresh_token } = await scene.org.grant(withoutIdToken)
    await scene.keeper.adopt({ id: 'planted', app: 'nightly', refreshToken: secret(refresh_token) })
    const first = await scene.keeper.accessToken('planted')
    const second = await scene.keeper.verify('planted')
    for (const kind of ['unavailable', 'in-flight', 'drop-response'] as const) {
      scene.org.faults.add({ kind }, { times: 1 })
      await scene.adopt(kind)
      await scene.keeper.verify(kind).catch(() => undefined)
    }
    const canaries = {
      'a refresh token': refresh_token,
      'an access token': first.accessToken.expose(),
      'the live access token': second.accessToken.expose(),
      'the client secret': scene.org.client.consumerSecret,
    }
    deepEqual(await found(scene, canaries), [])
    // and it would be seen
    equal(holds(Buffer.from(`x${refresh_token}x`), refresh_token), true)
  })
})

describe('the memory of a process', () => {
  test('has the refresh token that it has spent no more, once it was exchanged', async () => {
    await using scene = await openScene()
    const { refresh_token } = await scene.org.grant(withoutIdToken)
    await scene.keeper.adopt({ id: 'canary', app: 'nightly', refreshToken: secret(refresh_token), replaces: 1 })
    const path = join(scene.folder, 'heap')
    await promisify(execFile)(process.execPath, [program, scene.folder, path])
    equal(await heapHolds(path, refresh_token), false)
    equal(await heapHolds(path, 'canary'), true, 'it is read')
    equal(await heapHolds(path, scene.org.client.consumerSecret), false)
  })
})

async function heapHolds(path: string, text: string): Promise<boolean> {
  let rest = ''
  for await (const chunk of createReadStream(path, 'latin1')) {
    const piece = rest + String(chunk)
    if (piece.includes(text)) return true
    rest = piece.slice(-text.length)
  }
  return false
}
