/** A file that is replaced as a whole, or not at all, and only by whoever knows what it was. */
import { createHash } from 'node:crypto'
import { constants, type BigIntStats } from 'node:fs'
import { lstat, open, readdir, realpath, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { syncFolder } from '../../storage/private-file.ts'

export type FileReading = { readonly bytes: Buffer; readonly version: string }
export type Replaced = 'done' | 'stale'

export type ReplaceableFile = {
  /** Rejects with a clause about the file where it cannot be read as it should be. */
  readonly read: () => Promise<FileReading>
  /** Stale, and untouched, where it is not of that version any more. */
  readonly replace: (bytes: Buffer, expects: string) => Promise<Replaced>
  /** Makes every replacement fail that was begun by somebody else before, and changes the version; the bytes stay (P-64). */
  readonly invalidate: () => Promise<Replaced>
}

const largest = 1024 * 1024

/** `unique`: a text that no other process has at the same time. */
export function replaceableFile(path: string, unique: () => string): ReplaceableFile {
  const read = async (): Promise<FileReading & { readonly stats: BigIntStats; readonly path: string }> => {
    const real = await placeOf(path)
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const stats = await file.stat({ bigint: true })
      refuseOdd(stats, real)
      const bytes = await file.readFile()
      return { bytes, stats, path: real, version: versionOf(stats, bytes) }
    } finally {
      await file.close()
    }
  }
  const replace = async (bytes: Buffer, expects: string): Promise<Replaced> => {
    const before = await read()
    if (before.version !== expects) return 'stale'
    const beside = join(dirname(before.path), `${prefixOf(before.path)}${unique()}`)
    try {
      await writeNew(beside, bytes, before.stats)
      // from here to the rename whoever invalidates either changes the version before it is read again, or removes the file beside after it
      if ((await read()).version !== expects) return 'stale'
      await rename(beside, before.path)
      await syncFolder(dirname(before.path))
      return 'done'
    } finally {
      await rm(beside, { force: true })
    }
  }
  return {
    read,
    replace,
    async invalidate() {
      const { bytes, version, path: real } = await read()
      const replaced = await replace(bytes, version)
      if (replaced === 'done') await removeBeside(real)
      return replaced
    },
  }
}

/** A link into another folder may lead to a file that others own; one within the folder is the file's own affair. */
async function placeOf(path: string): Promise<string> {
  const named = resolve(path)
  const real = await realpath(named).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw code === 'ENOENT' ? new Error(`${path} does not exist; name the file that your program reads`) : cause
  })
  if (!(await lstat(named)).isSymbolicLink()) return real
  if (dirname(real) === (await realpath(dirname(named)))) return real
  throw new Error(`${path} is a link to ${real}; name that file itself, if it is the one`)
}

/** What a rename would tear apart. */
function refuseOdd(stats: BigIntStats, path: string): void {
  if (!stats.isFile()) throw new Error(`${path} is no file`)
  if (stats.nlink > 1n) throw new Error(`${path} has ${stats.nlink} names; only one of them would change`)
  if (stats.size > largest) throw new Error(`${path} is larger than an environment file ever is`)
}

const versionOf = ({ ino, mtimeNs }: BigIntStats, bytes: Buffer): string =>
  `${ino}-${mtimeNs}-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`

const prefixOf = (path: string): string => `.${basename(path)}.sallyport-`

/** Durable, with the owner and the mode of what it is to replace, and never readable by more people on its way. */
async function writeNew(path: string, bytes: Buffer, { uid, gid, mode }: BigIntStats): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    const own = await file.stat({ bigint: true })
    if (own.uid !== uid || own.gid !== gid) await give(file, Number(uid), Number(gid))
    await file.chmod(Number(mode & 0o7777n))
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function give(file: FileHandle, uid: number, gid: number): Promise<void> {
  try {
    await file.chown(uid, gid)
  } catch (cause) {
    throw new Error('it belongs to somebody else; run the cutover as its owner', { cause })
  }
}

async function removeBeside(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder))
    if (name.startsWith(prefixOf(path))) await rm(join(folder, name), { force: true })
}
