/** Opened data keys, for the moment: few, briefly, and erased when they go. A keyring may be a KMS, and asking it for each token would take too long. */
import type { Keyring, WrappedKey } from './keyring-contract.ts'
import { wrappingContext, type Owner } from './place.ts'

export type DataKeys = {
  /** `work` gets the opened key and keeps nothing of it; the key may be erased as soon as `work` returns. Many at once ask the keyring once. Rejects as
   *  `Keyring.unwrap` does, and a failure is not remembered. */
  readonly use: <T>(owner: Owner, wrapped: WrappedKey, work: (dataKey: Uint8Array) => T) => Promise<T>
  /** Keeps the key open for as long as the caller needs it, whatever else comes and goes. */
  readonly hold: (owner: Owner, wrapped: WrappedKey) => Promise<HeldDataKey>
  /** Erases all; those in use, when their work is done. */
  readonly forget: () => void
}

/** `dataKey` is zeros soon after `release`, which may be called twice. */
export type HeldDataKey = { readonly dataKey: Uint8Array; readonly release: () => void }

export type DataKeyLimits = {
  /** How many are kept at most. */
  readonly keep: number
  readonly keepMs: number
}

export const usualLimits: DataKeyLimits = { keep: 1000, keepMs: 60_000 }

type Entry = {
  readonly opening: Promise<Uint8Array>
  readonly until: number
  users: number
  gone: boolean
}

export type DataKeyParts = DataKeyLimits & {
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
}

export function openDataKeys(keyring: Keyring, parts: DataKeyParts): DataKeys {
  const shelf = openShelf(parts)
  const leave = (entry: Entry): void => {
    entry.users -= 1
    if (entry.gone && entry.users === 0) erase(entry)
  }
  const enter = (owner: Owner, wrapped: WrappedKey): Entry => {
    const context = wrappingContext(owner)
    const name = `${wrapped.key} ${Buffer.from(wrapped.bytes).toString('base64')} ${context}`
    const entry = shelf.find(name) ?? shelf.put(name, keyring.unwrap(wrapped, context))
    entry.users += 1
    shelf.makeRoom() // after this one is in use: it may itself be the one too many
    return entry
  }
  return {
    async use(owner, wrapped, work) {
      const entry = enter(owner, wrapped)
      try {
        return work(await entry.opening)
      } finally {
        leave(entry)
      }
    },
    async hold(owner, wrapped) {
      const entry = enter(owner, wrapped)
      let held = true
      const release = (): void => {
        if (held) leave(entry)
        held = false
      }
      try {
        return { dataKey: await entry.opening, release }
      } catch (cause) {
        release()
        throw cause
      }
    },
    forget: shelf.clear,
  }
}

type Shelf = {
  readonly find: (name: string) => Entry | undefined
  readonly put: (name: string, opening: Promise<Uint8Array>) => Entry
  readonly makeRoom: () => void
  readonly clear: () => void
}

function openShelf({ keep, keepMs, monotonic }: DataKeyParts): Shelf {
  const entries = new Map<string, Entry>() // oldest first
  let timer: NodeJS.Timeout | undefined
  const drop = (name: string, entry: Entry): void => {
    if (entries.get(name) === entry) entries.delete(name)
    entry.gone = true
    if (entry.users === 0) erase(entry)
  }
  const dropWhere = (ended: (entry: Entry) => boolean): void => {
    for (const [name, entry] of entries) if (ended(entry)) drop(name, entry)
  }
  const watch = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      dropWhere(({ until }) => until <= monotonic())
      if (entries.size > 0) watch()
    }, keepMs).unref()
  }
  return {
    find(name) {
      const entry = entries.get(name)
      if (entry === undefined || entry.until > monotonic()) return entry
      drop(name, entry)
      return undefined
    },
    put(name, opening) {
      const entry = { opening, until: monotonic() + keepMs, users: 0, gone: false }
      entries.set(name, entry)
      opening.catch(() => drop(name, entry))
      watch()
      return entry
    },
    makeRoom: () => dropWhere(() => entries.size > keep),
    clear() {
      clearTimeout(timer)
      timer = undefined
      dropWhere(() => true)
    },
  }
}

function erase({ opening }: Entry): void {
  void opening.then(
    (dataKey) => dataKey.fill(0),
    () => {}, // there is nothing to erase, and whoever asked was told
  )
}
