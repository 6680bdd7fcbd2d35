/** What the org file does to an object without secrets. */
import type { AppKind } from '../rules/fields.ts'
import type { ObjectKind } from '../store/objects.ts'
import type { Planned, Stored } from './planned.ts'
import { canonicalJson, merge, sameValue } from './merge.ts'

export type FileObject = {
  readonly kind: Exclude<ObjectKind, AppKind>
  readonly name: string
  readonly content: object
}

export function planObject({ kind, name, content }: FileObject, store: Stored, reapply: boolean): Planned {
  const object = `${kind} ${name}`
  const row = store.objects.get(object)
  const inForce: unknown = row === undefined ? undefined : JSON.parse(row.content)
  const wanted = withGenerated(content, inForce)
  const base: unknown = row === undefined || row.applied === null ? undefined : JSON.parse(row.applied)
  const merged =
    reapply || row === undefined ? { value: wanted, differences: [] } : merge({ base, file: wanted, inForce })
  const applied = canonicalJson(wanted)
  if (row?.applied === applied && sameValue(merged.value, inForce)) return { object, differences: merged.differences }
  const after = { content: canonicalJson(merged.value), applied, expects: row?.content ?? null }
  return { object, change: { kind: 'object', objectKind: kind, name, ...after }, differences: merged.differences }
}

/** An id that was made here stays where the file names none. */
function withGenerated(content: object, inForce: unknown): object {
  const id = typeof inForce === 'object' && inForce !== null && 'id' in inForce ? inForce.id : undefined
  return 'id' in content || id === undefined ? content : { ...content, id }
}
