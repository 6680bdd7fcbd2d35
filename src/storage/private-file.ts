/** Small files that hold secrets: mode 0600 in a folder of mode 0700, complete or not there at all. */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Undefined where there is no such file. Throws where others may read it: a key that has been open is no key. The mode that is looked at is that of
 *  the very file that is read. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const file = await openIfThere(path)
  if (file === undefined) return undefined
  try {
    const { mode } = await file.stat()
    if ((mode & 0o077) !== 0) throw new OpenToOthers(path, mode & 0o777)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

export class OpenToOthers extends Error {
  constructor(path: string, mode: number) {
    super(`${path} may be read by others (mode ${mode.toString(8)}): chmod 600 ${path}`)
    this.name = 'OpenToOthers'
  }
}

/** Durable when it resolves: written beside, synced, renamed into place, and the folder synced. Where it rejects, the file is what it was and nothing is
 *  left beside. For one writer at a time: what was left beside by one that was killed is overwritten. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.new`
  try {
    await writeDurably(temporary, text)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true, recursive: false }).catch(() => {}) // what stood in the way is told by the cause
    throw naming(path, cause)
  }
  await syncFolder(dirname(path))
}

/** After it, a file that was made, renamed or removed there is so after a power cut too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    const there = await file.stat()
    if (there.isFile() && (there.mode & 0o077) !== 0) await file.chmod(0o600) // left by a writer that was killed, or by a person
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
}

/** A full disk is met on the open file, and what the system says then names no path. */
function naming(path: string, cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause && !('path' in cause) ? Object.assign(cause, { path }) : cause
}
