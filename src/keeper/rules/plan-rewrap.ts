/** Which keys of the keyring still wrap something that should lie under the current one. */

export type KeyUse = { readonly key: string; readonly count: number }

/** In the order in which they are emptied: the one with the least first, since it is the first that may go. A key that the keyring does not have is among them:
 *  the attempt names the rows. */
export function planRewrap(current: string, uses: readonly KeyUse[]): readonly string[] {
  return uses
    .filter(({ key, count }) => key !== current && count > 0)
    .toSorted((a, b) => a.count - b.count || (a.key < b.key ? -1 : 1))
    .map(({ key }) => key)
}
