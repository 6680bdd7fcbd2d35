/** What an installation can look like when SQLite cannot serve it, and what a person is told. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { openStorage } from '../../src/storage/open.ts'
import { StorageFault, type StorageFaultCode } from '../../src/storage/storage.ts'
import { freshFolder, opener } from './sqlite-places.ts'
import { startChild } from './storage-process.ts'
import { entries, writes } from './storage-writes.ts'

describe('opening SQLite', () => {
  const unusable: Record<string, [StorageFaultCode, (folder: string) => void]> = {
    'a file that is not a database': [
      'STORAGE_NOT_A_DATABASE',
      (f) => writeFileSync(join(f, 'counting.db'), 'hello '.repeat(200)),
    ],
    'a folder in place of the database': ['STORAGE_NOT_WRITABLE', (f) => mkdirSync(join(f, 'counting.db'))],
    'a log that cannot be written': ['STORAGE_NOT_WRITABLE', (f) => mkdirSync(join(f, 'counting.db-wal'))],
    'a lock that cannot be written': ['STORAGE_NOT_WRITABLE', (f) => mkdirSync(join(f, 'counting.lock'))],
  }
  for (const [sentence, [code, prepare]] of Object.entries(unusable))
    test(`${sentence} is refused with a path and with something to do`, async (t) => {
      const folder = freshFolder(t)
      prepare(folder)
      await rejects(opener(t, { url: `sqlite:${folder}`, writer: 'thread' })(), isFault(code, /counting/))
    })

  test('a file in place of the folder is refused', async (t) => {
    const folder = freshFolder(t)
    writeFileSync(join(folder, 'data'), '')
    await rejects(
      opener(t, { url: `sqlite:${folder}/data`, writer: 'thread' })(),
      isFault('STORAGE_NOT_WRITABLE', /data/),
    )
  })

  test('a folder that the user may not write is refused', async (t) => {
    const folder = freshFolder(t)
    chmodSync(folder, 0o555)
    // root may write anywhere, so there it takes a user who may not
    const user = process.getuid?.() === 0 ? { user: 65_534 } : {}
    const child = startChild(t, { folder, writer: 'thread', inFlight: 0, ...user })
    await child.until((lines) => lines.length > 0)
    match(child.lines.join('\n'), /^STORAGE_NOT_WRITABLE .*counting.*cannot be written/)
  })

  test('a disk that is full at the opening is refused, and the lock is free again', async (t) => {
    const folder = freshFolder(t)
    const open = opener(t, { url: `sqlite:${folder}`, writer: 'thread' })
    await rejects(open({ maxPages: 3 }), isFault('STORAGE_FULL', /no room left/))
    await open()
  })

  test('P-14: the second process on one folder is refused, by whatever path it comes', async (t) => {
    const folder = freshFolder(t)
    const child = startChild(t, { folder, writer: 'thread', inFlight: 0 })
    await child.until((lines) => lines.includes('ready'))
    symlinkSync(folder, `${folder}-link`)
    const code = 'STORAGE_OWNED_BY_ANOTHER_PROCESS'
    try {
      await rejects(opener(t, { url: `sqlite:${folder}-link`, writer: 'inline' })(), isFault(code, /process \d+/))
    } finally {
      rmSync(`${folder}-link`)
    }
    await child.finish()
    await opener(t, { url: `sqlite:${folder}`, writer: 'inline' })()
  })

  test('P-14: of four processes that start at once on an empty folder one migrates it and serves', async (t) => {
    const folder = freshFolder(t)
    const children = Array.from({ length: 4 }, () => startChild(t, { folder, writer: 'inline', inFlight: 0 }))
    await Promise.all(children.map((child) => child.until((lines) => lines.length > 0)))
    const said = children
      .map((child) => (child.lines[0] ?? '').split(' ')[0] ?? '')
      .toSorted((a, b) => a.localeCompare(b))
    const refused = 'STORAGE_OWNED_BY_ANOTHER_PROCESS'
    deepEqual(said, ['ready', refused, refused, refused])
  })

  test('folder and files are for their owner alone', async (t) => {
    const folder = join(freshFolder(t), 'new')
    const storage = await opener(t, { url: `sqlite:${folder}`, writer: 'thread' })()
    await storage.write('append', 'a')
    equal(statSync(folder).mode & 0o777, 0o700)
    const open = readdirSync(folder).filter((file) => (statSync(join(folder, file)).mode & 0o077) !== 0)
    deepEqual(open, [])
    ok(readdirSync(folder).includes('counting.db-wal'))
  })

  test('a module without writes is our mistake, not a fault of the installation', async (t) => {
    const url = `sqlite:${freshFolder(t)}`
    const writesModule = 'data:text/javascript,'
    const opening = openStorage({ url, system: 'counting', migrations: [], writes, writesModule })
    await rejects(opening, (cause: unknown) => cause instanceof Error && !(cause instanceof StorageFault))
  })
})

describe('a backup', () => {
  for (const writer of ['thread', 'inline'] as const)
    test(`P-14: is a whole database, taken while writes go on (${writer})`, async (t) => {
      const folder = freshFolder(t)
      const storage = await opener(t, { url: `sqlite:${folder}`, writer })()
      await storage.write('append', 'before')
      const writing = Array.from({ length: 200 }, (_, i) => storage.write('append', `entry ${i}`))
      await storage.backup(join(folder, 'copy.db'))
      await Promise.all(writing)
      const copy = new DatabaseSync(join(folder, 'copy.db'))
      equal(copy.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
      const copied = copy.prepare('SELECT entry FROM log ORDER BY place').all()
      copy.close()
      equal(copied[0]?.entry, 'before')
      equal(statSync(join(folder, 'copy.db')).mode & 0o777, 0o600)
      equal((await storage.read(entries)).length, 201)
    })

  test('overwrites nothing, and leaves nothing half done', async (t) => {
    const folder = freshFolder(t)
    const storage = await opener(t, { url: 'sqlite::memory:', writer: 'inline' })()
    writeFileSync(join(folder, 'copy.db'), 'precious')
    await rejects(storage.backup(join(folder, 'copy.db')), isFault('BACKUP_TARGET_EXISTS', /copy\.db exists/))
    await rejects(storage.backup(join(folder, 'none', 'copy.db')), isFault('STORAGE_NOT_WRITABLE', /none/))
    deepEqual(readdirSync(folder), ['copy.db'])
  })
})

function isFault(code: StorageFaultCode, means: RegExp): (cause: unknown) => boolean {
  return (cause) => {
    if (!(cause instanceof StorageFault)) throw cause
    match(cause.message, means)
    equal(cause.code, code)
    return cause.next.length > 0
  }
}
