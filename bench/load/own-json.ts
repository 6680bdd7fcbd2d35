/** JSON between the bench's own processes. */

/** Trusts the text to be a `T`: it was written by another process of the same run, from the same types. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it wrote
export function parseOwn<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(text) as T
}
