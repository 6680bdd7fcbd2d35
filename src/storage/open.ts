/** Opening a system's storage, whichever engine the URL names. */
import type { OpenOptions } from './options.ts'
import { openInFolder, openInMemory } from './sqlite/open.ts'
import { StorageFault, type Storage, type Writes } from './storage.ts'
import { parseStorageUrl } from './url.ts'

/** Migrated, locked and ready. Rejects with a StorageFault where the installation has to be mended first. */
export async function openStorage<W extends Writes>(options: OpenOptions<W>): Promise<Storage<W>> {
  if (!/^[a-z][a-z0-9-]*$/.test(options.system)) throw new Error(`not the name of a system: ${options.system}`)
  const url = parseStorageUrl(options.url)
  if (!url.ok) throw url.fault
  switch (url.value.kind) {
    case 'sqlite-memory':
      return openInMemory(options)
    case 'sqlite-folder':
      return openInFolder(options, url.value.folder)
    case 'postgres':
      throw postgresMissing()
  }
}

function postgresMissing(): StorageFault {
  const next = ['storage: sqlite:./data']
  return new StorageFault('STORAGE_ENGINE_MISSING', 'This version of Sallyport has no PostgreSQL engine.', next)
}
