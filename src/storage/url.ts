/** Reading the `storage` setting. */
import { fault, ok, type Result } from '../values/result.ts'
import { StorageFault } from './storage.ts'

export type StorageUrl =
  | { readonly kind: 'sqlite-folder'; readonly folder: string }
  | { readonly kind: 'sqlite-memory' }
  | { readonly kind: 'postgres' }

const examples = ['storage: sqlite:./data', 'storage: sqlite::memory:']

/** `sqlite:FOLDER`, `sqlite::memory:` or `postgres://…`. What the fault says never repeats the text, which may hold a password. */
export function parseStorageUrl(text: string): Result<StorageUrl, StorageFault> {
  if (/^postgres(?:ql)?:\/\//.test(text)) return ok({ kind: 'postgres' })
  if (!text.startsWith('sqlite:')) return malformed('The storage setting begins with neither sqlite: nor postgres://.')
  const folder = text.slice('sqlite:'.length)
  if (folder === ':memory:') return ok({ kind: 'sqlite-memory' })
  if (folder.startsWith('//')) return malformed('A folder follows sqlite: directly, without //.')
  if (folder.trim() === '') return malformed('No folder follows sqlite: in the storage setting.')
  return ok({ kind: 'sqlite-folder', folder })
}

function malformed(means: string): Result<never, StorageFault> {
  return fault(new StorageFault('STORAGE_URL_MALFORMED', means, examples))
}
