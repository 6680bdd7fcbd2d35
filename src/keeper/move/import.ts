/** An exported vault into this one: read whole before anything is changed, then entry by entry. */
import { resolve } from 'node:path'
import { secret } from '../../values/secret.ts'
import { KeeperError } from '../keeper-error.ts'
import type { AppWish } from '../keeper-face.ts'
import type { Imported, ImportedEntry, ImportWish } from '../move-face.ts'
import type { ExchangeParts } from '../refresh/parts.ts'
import { parseLine, type ExportedApp, type ExportHead, type ExportLine } from '../rules/export-lines.ts'
import { planApp } from '../rules/plan-import.ts'
import { openExportFile, type OpenedExport } from '../vault/export-file.ts'
import { appHere, refusedEntry } from './here.ts'
import { importConnection } from './import-connection.ts'

export type ImportParts = ExchangeParts & {
  /** Makes an app, or changes it. */
  readonly saveApp: (wish: AppWish) => Promise<void>
}

export async function importVault(parts: ImportParts, wish: ImportWish): Promise<Imported> {
  const file = resolve(wish.file)
  const opened = await openExportFile(file, wish)
  try {
    const head = await proved(opened, file)
    const entries: ImportedEntry[] = []
    const apps = new Map<string, ExportedApp>()
    for await (const line of linesOf(opened, file)) {
      if (line.kind === 'app') {
        apps.set(nameOf(line.tenant, line.name), line)
        entries.push(await importApp(parts, line, wish))
      }
      if (line.kind === 'connection') {
        const exported = apps.get(nameOf(line.tenant, line.app))
        entries.push(await importConnection(parts, { entry: line, exported, from: head.export }, wish))
      }
    }
    const refused = entries.filter(({ outcome }) => outcome === 'refused').length
    parts.log.warn('keeper.imported', { export: head.export, entries: entries.length, refused })
    return { export: head.export, exportedAt: head.exportedAt, entries }
  } finally {
    await opened.close()
  }
}

const nameOf = (tenant: string, name: string): string => JSON.stringify([tenant, name])

/** Read to its end once, so that one that is damaged or cut short is found out before anything was changed. */
async function proved(opened: OpenedExport, file: string): Promise<ExportHead> {
  let head: ExportHead | undefined
  const counted = { app: 0, connection: 0 }
  let isWhole = false
  for await (const line of linesOf(opened, file)) {
    if (line.kind === 'vault') head = line
    else if (line.kind === 'end') isWhole = line.apps === counted.app && line.connections === counted.connection
    else counted[line.kind] += 1
  }
  if (head !== undefined && isWhole) return head
  throw refusedFile(file, 'does not say what it is, or not all that it should hold')
}

async function* linesOf(opened: OpenedExport, file: string): AsyncGenerator<ExportLine> {
  let number = 0
  for await (const text of opened.lines()) {
    number += 1
    const line = parseLine(text)
    if (!line.ok) throw refusedFile(file, `cannot be read: line ${number} ${line.fault}`)
    yield line.value
  }
}

const refusedFile = (file: string, what: string): KeeperError =>
  new KeeperError('IMPORT_REFUSED', `${file} ${what}. Nothing was changed.`, {
    next: ['Import it with the version of this program that has exported it, or a newer one.'],
  })

async function importApp(
  parts: ImportParts,
  app: ExportedApp,
  { replace = false }: ImportWish,
): Promise<ImportedEntry> {
  const about = { kind: 'app', tenant: app.tenant, id: app.name } as const
  const there = await appHere(parts, app)
  const plan = planApp(app, there, { replace })
  if (plan.kind === 'refused') return refusedEntry(about, plan)
  if (plan.kind === 'same') return { ...about, outcome: 'same' }
  try {
    await parts.saveApp(wishOf(app))
  } catch (cause) {
    if (!(cause instanceof KeeperError)) throw cause
    return refusedEntry(about, { why: cause.message, next: cause.next.join(' ') })
  }
  return { ...about, outcome: plan.kind === 'create' ? 'created' : 'replaced' }
}

function wishOf({
  tenant,
  name,
  loginUrl,
  clientId,
  redirectUri,
  scopes,
  authentication,
  secret: text,
}: ExportedApp): AppWish {
  const isKey = authentication === 'private_key_jwt'
  return {
    ...{ tenant, name, loginUrl, clientId, redirectUri: redirectUri ?? undefined, scopes: scopes ?? undefined },
    ...(text === null ? {} : isKey ? { privateKey: secret(text) } : { clientSecret: secret(text) }),
    ...(authentication === 'basic' ? { authentication } : {}),
  }
}
