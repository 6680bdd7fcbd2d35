/** What processes that are gone have left in the spool. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectionKey } from '../connection-key.ts'
import { tryLock } from './folder-lock.ts'
import { contentOf, suffix, type Content } from './spool-file.ts'
import { removeLocked, type LockedFolder } from './spool-home.ts'

export type Leftover =
  | {
      readonly kind: 'reply'
      readonly key: ConnectionKey
      readonly generation: number
      readonly attempt: number
      readonly sealed: Uint8Array
      /** Only when the reply lies in the store, or can be of no use: its file is deleted. */
      readonly release: () => Promise<void>
    }
  /** A reply was being written when its process or the machine went, and is not whole. `of`: the exchange, where it can still be read. */
  | {
      readonly kind: 'torn'
      readonly of?: { readonly key: ConnectionKey; readonly generation: number; readonly attempt: number }
      readonly file: string
      readonly release: () => Promise<void>
    }

export type Leftovers = {
  readonly found: () => Promise<readonly Leftover[]>
  /** Lets go of what was not released; the next process finds it again. */
  readonly close: () => Promise<void>
}

export function openLeftovers(root: string): Leftovers {
  const adopted = new Map<LockedFolder, Set<Leftover>>()
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return await turn
  }
  const letGo = async (folder: LockedFolder): Promise<void> => {
    if (adopted.get(folder)?.size !== 0) return
    adopted.delete(folder)
    await removeLocked(root, folder)
  }
  const adopt = async (folder: LockedFolder): Promise<void> => {
    const left = new Set<Leftover>()
    const forget = async (leftover: Leftover): Promise<void> => {
      if (left.delete(leftover)) await inTurn(() => letGo(folder))
    }
    try {
      for (const file of await filesOf(folder.path)) await readInto(left, { file, forget })
    } catch (cause) {
      folder.lock.release() // whole or not at all: what was not read must not be deleted with the folder
      throw cause
    }
    adopted.set(folder, left)
    await letGo(folder)
  }
  return {
    found: () =>
      inTurn(async () => {
        for (const name of await foldersOf(root)) {
          const lock = tryLock(root, name)
          if (lock !== undefined) await adopt({ name, path: join(root, name), lock })
        }
        return [...adopted.values()].flatMap((left) => [...left])
      }),
    close: () =>
      inTurn(() => {
        for (const { lock } of adopted.keys()) lock.release()
        adopted.clear()
        return Promise.resolve()
      }),
  }
}

type Reading = { readonly file: string; readonly forget: (leftover: Leftover) => Promise<void> }

async function readInto(left: Set<Leftover>, { file, forget }: Reading): Promise<void> {
  const release = async (): Promise<void> => {
    await rm(file, { force: true })
    if (leftover !== undefined) await forget(leftover)
  }
  const leftover = leftoverOf(contentOf(await readFile(file)), { file, release })
  if (leftover !== undefined) left.add(leftover)
}

function leftoverOf(
  content: Content,
  rest: { readonly file: string; readonly release: () => Promise<void> },
): Leftover | undefined {
  switch (content.kind) {
    case 'nothing':
      return undefined
    case 'reply':
      return { kind: 'reply', ...content.exchange, sealed: content.sealed, release: rest.release }
    case 'torn':
      return { kind: 'torn', ...(content.exchange === undefined ? {} : { of: content.exchange }), ...rest }
  }
}

export async function foldersOf(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    // somebody has deleted all of it: it is made again when a place is reserved, and nothing is left in it
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw cause
  })
  return entries.filter((entry) => entry.isDirectory() && isOurs(entry.name)).map(({ name }) => name)
}

const isOurs = (name: string): boolean => /^[0-9a-f]{32}$/.test(name)

async function filesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder)
  return names.filter((name) => name.endsWith(suffix)).map((name) => join(folder, name))
}
