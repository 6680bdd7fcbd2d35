import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openStorage } from './open.ts'
import { StorageFault } from './storage.ts'
import { parseStorageUrl } from './url.ts'

describe('the storage setting', () => {
  const read = {
    'sqlite:./data': { kind: 'sqlite-folder', folder: './data' },
    'sqlite:/var/lib/sallyport': { kind: 'sqlite-folder', folder: '/var/lib/sallyport' },
    'sqlite::memory:': { kind: 'sqlite-memory' },
    'postgres://user@host/db': { kind: 'postgres' },
    'postgresql://user@host/db': { kind: 'postgres' },
  } as const
  for (const [text, value] of Object.entries(read))
    test(`${text} is read`, () => deepEqual(parseStorageUrl(text), { ok: true, value }))

  for (const text of ['', 'sqlite:', 'sqlite: ', 'sqlite://data', './data', 'mysql://root:geheim@host/db'])
    test(`${text === '' ? 'nothing' : text} is refused with examples, and without repeating it`, () => {
      const url = parseStorageUrl(text)
      if (url.ok) throw new Error('it was read')
      equal(url.fault.code, 'STORAGE_URL_MALFORMED')
      equal(url.fault.next.length, 2)
      equal(url.fault.message.includes('geheim'), false)
    })

  test('PostgreSQL is refused as long as its engine is missing, without printing the password', () =>
    rejects(
      openStorage({ url: 'postgres://u:geheim@h/d', system: 'org', migrations: [], writes: {}, writesModule: 'none:' }),
      (fault: unknown) =>
        fault instanceof StorageFault && fault.code === 'STORAGE_ENGINE_MISSING' && !fault.message.includes('geheim'),
    ))
})
