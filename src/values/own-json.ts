/** JSON that this program has written itself. */

/** `T` is trusted: for texts that nobody else writes. Throws where the text is no JSON. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's word for what it wrote
export function parseOwnJson<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `T` is trusted
  return JSON.parse(text) as T
}
