/** JSON that this program has written itself. */

/** `T` is trusted: for texts that nobody else writes. Throws where the text is no JSON. */
export function parseOwnJson<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(text) as T
}
