/** What is here already, and what is said of an entry that is refused for it. */
import type { ImportedEntry } from '../move-face.ts'
import type { ExchangeParts } from '../refresh/parts.ts'
import type { ExportedApp } from '../rules/export-lines.ts'
import type { Refused } from '../rules/plan-import.ts'
import { findApp } from '../store/apps.ts'
import { exportedApp } from './export.ts'

/** Undefined where there is none. */
export async function appHere(
  parts: ExchangeParts,
  { tenant, name }: { readonly tenant: string; readonly name: string },
): Promise<ExportedApp | undefined> {
  const app = await parts.storage.read(() => findApp({ tenant, name }))
  return app === undefined ? undefined : await exportedApp(parts, app)
}

export function refusedEntry(
  about: Pick<ImportedEntry, 'kind' | 'tenant' | 'id'>,
  { why, next }: Omit<Refused, 'kind'>,
): ImportedEntry {
  return { ...about, outcome: 'refused', why, next }
}
