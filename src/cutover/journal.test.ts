import { rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { Storage } from '../storage/storage.ts'
import { takeJournal } from './journal.ts'
import type { CutoverWrites } from './store/writes.ts'

test('a journal that cannot be written says why, and that the cutover goes on where it is', async () => {
  const storage: Storage<CutoverWrites> = {
    engine: 'sqlite',
    read: () => Promise.reject(new Error('nothing is read')),
    write: () => Promise.resolve({ kind: 'failed', cause: new Error('database or disk is full') }),
    backup: () => Promise.reject(new Error('nothing is copied')),
    close: () => Promise.resolve(),
  }
  await rejects(takeJournal({ storage, holder: 'a', leaseMs: 1000 }, 'one'), {
    name: 'StorageFault',
    message: 'The journal of the cutover cannot be written: database or disk is full.',
    next: [
      'See that there is room, and that its file may be written, and run it again: it goes on where the world is.',
      'sallyport cutover status',
    ],
  })
})
