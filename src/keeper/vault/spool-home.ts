/** The folder of one process in the spool, under a lock that ends with the process. */
import { access, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { syncFolder } from '../../storage/private-file.ts'
import { tryLock } from './folder-lock.ts'

export type LockedFolder = { readonly name: string; readonly path: string; readonly lock: OwnerLock }

export type Home = {
  readonly root: string
  /** A folder of this process that is there, with its lock: another one where somebody has deleted the first. */
  readonly folder: () => Promise<string>
  /** `empty`: nobody needs anything in it any more. */
  readonly close: (state: { readonly empty: boolean }) => Promise<void>
}

export async function openHome(root: string, freshName: () => string): Promise<Home> {
  const made: LockedFolder[] = []
  const make = async (): Promise<LockedFolder> => {
    const folder = await makeLocked(root, freshName())
    made.push(folder)
    return folder
  }
  let current = await make()
  return {
    root,
    async folder() {
      if (!(await isThere(root, current))) current = await make()
      return current.path
    },
    async close({ empty }) {
      for (const folder of made) {
        if (empty) await removeLocked(root, folder)
        else folder.lock.release()
      }
    },
  }
}

/** For a folder in which nothing is needed any more. The lock's file goes first: a folder without it is found again if this process is killed in between, a lock's
 *  file without its folder never. */
export async function removeLocked(root: string, { name, path, lock }: LockedFolder): Promise<void> {
  await rm(lockPath(root, name), { force: true })
  await rm(path, { recursive: true, force: true })
  lock.release()
}

/** Locked before it is there: whoever sees it sees it locked, as long as its process lives. */
async function makeLocked(root: string, name: string): Promise<LockedFolder> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const lock = tryLock(root, name)
  if (lock === undefined)
    throw new Error(`the fresh name ${name} is taken in ${root}: the random source repeats itself`)
  const path = join(root, name)
  try {
    await mkdir(path, { mode: 0o700 })
    await syncFolder(root)
    return { name, path, lock }
  } catch (cause) {
    lock.release()
    throw cause
  }
}

async function isThere(root: string, { name, path }: LockedFolder): Promise<boolean> {
  try {
    await Promise.all([access(path), access(lockPath(root, name))])
    return true
  } catch {
    return false // for whatever reason: another one is made, or the making says what is wrong
  }
}

const lockPath = (root: string, name: string): string => join(root, `${name}.lock`)
