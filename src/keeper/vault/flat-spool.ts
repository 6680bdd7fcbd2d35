/** The spool as it was before each vault had a folder of its own in it: what lies there is taken over by the vault that it belongs to, and by no other. */
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../storage/private-file.ts'
import { tryLock } from './folder-lock.ts'
import { contentOf, suffix } from './spool-file.ts'
import type { Exchange } from './spool-frame.ts'
import { removeLocked, type LockedFolder } from './spool-home.ts'
import { foldersOf } from './spool-leftovers.ts'

export type FlatSpool = {
  readonly root: string
  /** The vault's own; a real path like `root`. */
  readonly into: string
  /** Whether the reply opens under a key of this vault: two may have connections of one name. */
  readonly isOurs: (exchange: Exchange, sealed: Uint8Array) => Promise<boolean>
}

/** Files of this vault that lie under it now. A process that is killed in between has moved some of them, and the next one moves the rest. What a living process
 *  holds stays, and so does what is another vault's, or torn. */
export async function takeOver({ root, into, isOurs }: FlatSpool): Promise<number> {
  let moved = 0
  for (const name of await foldersOf(root)) {
    const lock = tryLock(root, name)
    if (lock !== undefined) moved += await takeFrom({ name, path: join(root, name), lock }, { root, into, isOurs })
  }
  return moved
}

async function takeFrom(folder: LockedFolder, { root, into, isOurs }: FlatSpool): Promise<number> {
  let [moved, left] = [0, 0]
  try {
    for (const file of (await readdir(folder.path)).filter((each) => each.endsWith(suffix))) {
      const content = contentOf(await readFile(join(folder.path, file)))
      if (content.kind === 'nothing') continue
      if (content.kind === 'reply' && (await isOurs(content.exchange, content.sealed))) {
        await moveTo(join(into, folder.name), { from: folder.path, file })
        moved += 1
      } else left += 1
    }
  } catch (cause) {
    folder.lock.release()
    throw cause
  }
  if (left === 0) await removeLocked(root, folder)
  else folder.lock.release()
  return moved
}

async function moveTo(to: string, { from, file }: { readonly from: string; readonly file: string }): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  await rename(join(from, file), join(to, file))
  for (const each of [to, from, join(to, '..')]) await syncFolder(each)
}
