/** A lock among processes that the operating system releases however its holder ends (P-14). */
import { realpath } from 'node:fs/promises'
import { takeOwnerLock, type OwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { StorageFault } from '../../storage/storage.ts'

/** Undefined where somebody holds it, this process included. `folder` must be a real path; the files `<name>.lock` and `<name>.owner` in it are the lock's. */
export function tryLock(folder: string, name: string): OwnerLock | undefined {
  try {
    return takeOwnerLock(folder, name)
  } catch (cause) {
    if (cause instanceof StorageFault && cause.code === 'STORAGE_OWNED_BY_ANOTHER_PROCESS') return undefined
    throw cause
  }
}

const [tries, pauseMs] = [400, 25]

/** Waits for it, ten seconds at most; then undefined, and `work` has not run. */
export async function locked<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const place = await realpath(folder)
  for (let nth = 0; nth < tries; nth += 1) {
    const lock = tryLock(place, name)
    if (lock === undefined) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      continue
    }
    try {
      return { value: await work() }
    } finally {
      lock.release()
    }
  }
  return undefined
}
