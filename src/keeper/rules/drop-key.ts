/** When a key of the keyring may go: dropped too early it takes every secret under it along. */

export type KeyringRefusal = {
  readonly kind: 'kept-elsewhere' | 'unknown-key' | 'current-key' | 'still-wrapping' | 'retired-too-lately'
  readonly means: string
  readonly next: readonly string[]
}

export type KeyToDrop = {
  readonly id: string
  readonly current: boolean
  /** Milliseconds since 1970; absent where the key has no date. */
  readonly retiredAt?: number | undefined
}

/** A process that read the keyring just before the key retired may still be storing what it wrapped under it: only after this time does a count of zero stay
 *  zero. Far longer than anyone holds a wrapped key before it is stored. */
export const settleMs = 3_600_000

/** Undefined: it may go. `key`: absent where the keyring does not have it. */
export function judgeDrop(
  key: KeyToDrop | undefined,
  { now, stillWrapped }: { readonly now: number; readonly stillWrapped: number },
): KeyringRefusal | undefined {
  if (key === undefined)
    return refusal('unknown-key', 'The keyring has no such key.', 'List its keys and name one of them.')
  if (key.current) return refusal('current-key', `${key.id} is the key in use.`, 'Add another key first.')
  if (stillWrapped > 0)
    return refusal(
      'still-wrapping',
      `${stillWrapped} data keys are still wrapped under ${key.id}.`,
      'Re-wrap them under the current key first; a backup of the vault that holds such ones needs the key too.',
    )
  if (now - (key.retiredAt ?? now) >= settleMs) return undefined
  return refusal(
    'retired-too-lately',
    `${key.id} was current until less than an hour ago, so another process may still be storing what it wrapped under it.`,
    'Do this again an hour after the newer key was added.',
  )
}

function refusal(kind: KeyringRefusal['kind'], means: string, next: string): KeyringRefusal {
  return { kind, means, next: [next] }
}
