/** Small files that hold secrets, beside the store: mode 0600 in a folder of mode 0700, complete or not there at all. */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Undefined where there is no such file. Throws where others may read it: a key that has been open is no key. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0)
      throw new Error(`${path} may be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`)
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
}

/** Durable when it resolves: written beside, synced, renamed into place, and the folder synced. Where it rejects, nothing is left beside. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.new` // one process owns the folder (P-14)
  try {
    await writeDurably(temporary, text)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw naming(path, cause)
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A full disk is met on the open file, and what the system says then names no path. */
function naming(path: string, cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause && !('path' in cause) ? Object.assign(cause, { path }) : cause
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
