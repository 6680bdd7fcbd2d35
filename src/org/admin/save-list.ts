/** A save of an app's allowlist, whichever way it came: by the admin API, or by a deploy of the Metadata API. */
import { fault, ok, type Result } from '../../values/result.ts'
import type { AppObject } from '../metadata/app-object.ts'
import { canonicalJson } from '../metadata/merge.ts'
import type { OrgParts } from '../parts.ts'
import { storedApp } from '../settings/compile.ts'
import type { AppRow } from '../store/apps.ts'
import { oneWayProblem } from './apps.ts'
import type { Problem } from './problems.ts'
import { saveChange, type Audited } from './saving.ts'

/** `after`: the app as it is to be, with nothing but its security settings changed. */
export type ListSave = { readonly after: AppObject; readonly by: Audited }

/** In force with the answer, unless a fault of the testing plane has it otherwise. `stale`: the app is not what `row` says any more. */
export async function saveList(
  parts: OrgParts,
  row: AppRow,
  { after, by }: ListSave,
): Promise<Result<{ readonly etag: string } | 'stale', Problem>> {
  const oneWay = oneWayProblem(parts, storedApp(row.kind, row.content), after)
  if (oneWay !== undefined) return fault(oneWay)
  const struck = parts.faults.take(['save-does-not-take', 'slow-propagation'], row.name)
  if (struck?.kind === 'save-does-not-take') return ok({ etag: String(row.listVersion) }) // SF-146: says yes, does nothing
  if (struck?.kind === 'slow-propagation') parts.settings.holdAllowlist(row.name, struck.for)
  const same = { appKind: row.kind, name: row.name, consumerKey: row.consumerKey, expects: row.content }
  const change = { kind: 'app', ...same, content: canonicalJson(after.object), listChanged: true } as const
  const attempt = await saveChange(parts, change, by)
  if (!attempt.ok) return attempt
  return ok(attempt.value.kind === 'stale' ? 'stale' : { etag: String(attempt.value.version) })
}
