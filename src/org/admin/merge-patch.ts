/** JSON Merge Patch (RFC 7396): what is given replaces, null removes, objects are merged. */
import type { Schema } from '../../values/schema.ts'
import type { Uninterpreted } from '../metadata/schema.ts'
import { isRecord } from '../../http/received.ts'

/** Any object: what the patch makes of the stored one is validated instead. */
export const patchSchema: Schema<Uninterpreted> = {
  type: 'object',
  description: 'JSON Merge Patch of the object (RFC 7396): null removes a field.',
  additionalProperties: true,
}

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const merged = new Map(Object.entries(isRecord(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}
