/** Three versions of one object: what the file said when it was last applied, what it says now, and what is in force. The file's own changes are
 *  taken; what someone else changed since stays (`interfaces.md`: a restart never undoes what the admin API changed). */

export type Difference = { readonly path: string; readonly file: unknown; readonly inForce: unknown }
export type Merged = { readonly value: unknown; readonly differences: readonly Difference[] }

type Three = { readonly base: unknown; readonly file: unknown; readonly inForce: unknown }

/** Objects are merged key by key, lists and scalars as a whole. Where both sides changed one thing, what is in force stays. */
export function merge({ base, file, inForce }: Three, path = ''): Merged {
  if (isRecord(file) && isRecord(inForce)) return mergeRecords({ base, file, inForce }, path)
  if (sameValue(file, inForce)) return { value: inForce, differences: [] }
  if (sameValue(inForce, base)) return { value: file, differences: [] }
  return { value: inForce, differences: [{ path, file, inForce }] }
}

function mergeRecords(
  { base, file, inForce }: { base: unknown; file: Record<string, unknown>; inForce: Record<string, unknown> },
  path: string,
): Merged {
  const before = isRecord(base) ? base : {}
  const differences: Difference[] = []
  const entries: [string, unknown][] = []
  for (const key of new Set([...Object.keys(inForce), ...Object.keys(file)])) {
    const three = { base: before[key], file: file[key], inForce: inForce[key] }
    const merged = merge(three, path === '' ? key : `${path}.${key}`)
    differences.push(...merged.differences)
    if (merged.value !== undefined) entries.push([key, merged.value])
  }
  return { value: Object.fromEntries(entries), differences }
}

/** The order of keys does not count, that of list entries does. */
export const sameValue = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** Keys in order at every level; undefined fields left out. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each: unknown) =>
      isRecord(each) ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1))) : each,
    ) ?? 'undefined'
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
