/** A file of our own that is there whole, or as it was. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../storage/private-file.ts'

/** Durable when it resolves. `unique`: a text that no other process has at the same time. */
export async function writeWhole(path: string, text: string, unique: () => string): Promise<void> {
  const beside = `${path}.${unique()}`
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
    await syncFolder(dirname(path))
  } finally {
    await rm(beside, { force: true })
  }
}
