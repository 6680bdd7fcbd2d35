/** Moving data keys from older keys of the keyring to the current one. What is sealed under a data key stays as it is, so nobody authorizes anything again. */
import { planRewrap, type KeyUse } from '../rules/plan-rewrap.ts'
import { withErased, wrapProven } from './envelope.ts'
import type { Keyring, WrappedKey } from './keyring-contract.ts'
import { wrappingContext, type Owner } from './place.ts'
import { VaultFault } from './vault-fault.ts'

/** Undefined: it lies under the current key already. Otherwise to be stored by compare-and-set on the wrapped key that was given. Rejects as
 *  `Keyring.unwrap` does. */
export async function rewrapDataKey(
  keyring: Keyring,
  owner: Owner,
  wrapped: WrappedKey,
): Promise<WrappedKey | undefined> {
  if (wrapped.key === keyring.current) return undefined
  const context = wrappingContext(owner)
  const dataKey = await keyring.unwrap(wrapped, context)
  const by = await withErased(dataKey, (bytes) => wrapProven(keyring, bytes, context))
  if (by.key !== wrapped.key) return by
  throw new Error(`the keyring calls ${keyring.current} its current key and wraps under ${by.key}; nothing was changed`)
}

export type WrappedOwner = { readonly owner: Owner; readonly wrapped: WrappedKey }

/** What the store does for it. */
export type RewrapStore = {
  /** How many data keys each key wraps, over all tenants. */
  readonly countUses: () => Promise<readonly KeyUse[]>
  /** Any `limit` of those under this key of the keyring. */
  readonly find: (key: string, limit: number) => Promise<readonly WrappedOwner[]>
  /** Compare and set; false where the owner has another data key by now, or is gone. */
  readonly replace: (change: WrappedOwner & { readonly by: WrappedKey }) => Promise<boolean>
}

export type RewrapParts = { readonly keyring: Keyring; readonly store: RewrapStore }

type Failed = { readonly owner: Owner; readonly fault: VaultFault }

export type Rewrapped = {
  readonly rewrapped: number
  readonly changedMeanwhile: number
  /** These lie where they lay. */
  readonly failed: readonly Failed[]
  /** False where `stop` came first: what is done is done, and the next call goes on from there. */
  readonly finished: boolean
}

/** All data keys of the vault, one by one, while refreshes go on. It may be killed anywhere and called again; several may run at once. One row that does not open
 *  is named and stops no other; a keyring or a store that cannot be asked rejects. */
export async function rewrapAll(
  { keyring, store }: RewrapParts,
  { stop, page = 100 }: { readonly stop?: AbortSignal; readonly page?: number } = {},
): Promise<Rewrapped> {
  const tally = { rewrapped: 0, changedMeanwhile: 0, failed: new Array<Failed>() }
  for (const key of planRewrap(keyring.current, await store.countUses())) {
    const passed = new Set<string>() // seen, and perhaps still in the list
    for (;;) {
      const found = await store.find(key, page + passed.size)
      const left = found.filter(({ owner }) => !passed.has(wrappingContext(owner)))
      if (left.length === 0) break
      for (const each of left) {
        if (stop?.aborted === true) return { ...tally, finished: false }
        const outcome = await rewrapOne({ keyring, store }, each)
        if (outcome instanceof VaultFault) tally.failed.push({ owner: each.owner, fault: outcome })
        else tally[outcome] += 1
        if (outcome !== 'rewrapped') passed.add(wrappingContext(each.owner))
      }
    }
  }
  return { ...tally, finished: true }
}

async function rewrapOne(
  { keyring, store }: RewrapParts,
  each: WrappedOwner,
): Promise<'rewrapped' | 'changedMeanwhile' | VaultFault> {
  try {
    const by = await rewrapDataKey(keyring, each.owner, each.wrapped)
    return by !== undefined && (await store.replace({ ...each, by })) ? 'rewrapped' : 'changedMeanwhile'
  } catch (cause) {
    if (cause instanceof VaultFault && (cause.kind === 'wrong-keyring' || cause.kind === 'moved-or-damaged'))
      return cause
    throw cause
  }
}
