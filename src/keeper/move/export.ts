/** A vault into a sealed file, connection by connection. */
import { resolve } from 'node:path'
import { KeeperError } from '../keeper-error.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { openedSecret } from '../credentials.ts'
import type { Exported, ExportWish, NotExported } from '../move-face.ts'
import { lockOf, type ExchangeParts } from '../refresh/parts.ts'
import { formatLine, type ExportedApp, type ExportedConnection } from '../rules/export-lines.ts'
import type { StoredApp } from '../store/apps.ts'
import { findAppsAfter, findConnectionsAfter, findWholeConnection, type WholeConnection } from '../store/moving.ts'
import { writeExportFile } from '../vault/export-file.ts'
import { keyForRecipient, keyOfPassphrase, type MadeKey } from '../vault/file-key.ts'
import { handOver, takeBackExport } from './hand-over.ts'

const page = 200
const leastPassphrase = 12

type Tally = { apps: number; connections: number; readonly left: NotExported[] }

export async function exportVault(parts: ExchangeParts, wish: ExportWish): Promise<Exported> {
  const { clock, random, log } = parts
  const name = Buffer.from(random(9)).toString('base64url')
  const made = await keyOf(parts, wish)
  const tally: Tally = { apps: 0, connections: 0, left: [] }
  try {
    await writeExportFile(resolve(wish.file), made, linesOf(parts, wish, { name, tally }))
  } catch (cause) {
    // nobody can have a file that was never whole
    if (wish.handOver === true) await takeBackExport(parts, name)
    throw cause
  }
  const handedOver = wish.handOver ?? false
  const { apps, connections, left } = tally
  log.warn('keeper.exported', { export: name, apps, connections, left: left.length, handedOver, at: clock() })
  return { export: name, file: wish.file, apps, connections, handedOver, left }
}

async function keyOf({ random }: ExchangeParts, wish: ExportWish): Promise<MadeKey> {
  const refused = (means: string, next: string): KeeperError =>
    new KeeperError('EXPORT_REFUSED', means, { next: [next] })
  if ('passphrase' in wish) {
    if (wish.passphrase.expose().length < leastPassphrase)
      throw refused(
        `The passphrase has less than ${leastPassphrase} characters, and whoever guesses it has every token in the file.`,
        'Make one: openssl rand -base64 24',
      )
    return await keyOfPassphrase(wish.passphrase, random)
  }
  const made = await keyForRecipient(wish.recipientKey, random)
  if (made.ok) return made.value
  throw refused(
    `What was given ${made.fault}.`,
    'Make one: openssl genpkey -algorithm X25519 -out key.pem; openssl pkey -in key.pem -pubout',
  )
}

type Named = { readonly name: string; readonly tally: Tally }

async function* linesOf(parts: ExchangeParts, wish: ExportWish, { name, tally }: Named): AsyncGenerator<string> {
  yield formatLine({ kind: 'vault', export: name, exportedAt: parts.clock() })
  for await (const app of appsOf(parts, wish.tenant)) {
    yield formatLine(await exportedApp(parts, app))
    tally.apps += 1
  }
  for await (const key of keysOf(parts, wish.tenant)) {
    const line = await connectionLine(parts, wish, { name, key })
    if ('why' in line) {
      tally.left.push(line)
      continue
    }
    yield line.text
    tally.connections += 1
  }
  yield formatLine({ kind: 'end', apps: tally.apps, connections: tally.connections })
}

async function* appsOf({ storage }: ExchangeParts, tenant: string | undefined): AsyncGenerator<StoredApp> {
  for (let after = { tenant: '', name: '' }; ;) {
    const found = await storage.read(() => findAppsAfter(after, { tenant: tenant ?? null, limit: page }))
    yield* found
    const last = found.at(-1)
    if (last === undefined) return
    after = last.key
  }
}

async function* keysOf({ storage }: ExchangeParts, tenant: string | undefined): AsyncGenerator<ConnectionKey> {
  for (let after: ConnectionKey = { tenant: '', id: '' }; ;) {
    const found = await storage.read(() => findConnectionsAfter(after, { tenant: tenant ?? null, limit: page }))
    yield* found
    const last = found.at(-1)
    if (last === undefined) return
    after = last
  }
}

/** As it lies here, with its secret opened. */
export async function exportedApp({ envelope }: Pick<ExchangeParts, 'envelope'>, app: StoredApp): Promise<ExportedApp> {
  const { key, loginUrl, clientId, redirectUri, scopes, authentication } = app
  const secret = (await openedSecret(envelope, app))?.expose() ?? null
  return { kind: 'app', ...key, ...{ loginUrl, clientId, redirectUri, scopes, authentication, secret } }
}

async function connectionLine(
  parts: ExchangeParts,
  { handOver: handsOver = false, handedOverToo = false }: ExportWish,
  { name, key }: { readonly name: string; readonly key: ConnectionKey },
): Promise<NotExported | { readonly text: string }> {
  const before = await parts.storage.read(() => findWholeConnection(key))
  if (before === undefined) return gone(key)
  if (before.handedOverAt !== null && !handedOverToo) return elsewhere(before)
  if (handsOver && before.handedOverAt === null) {
    const not = await handOver(parts, key, name)
    if (not !== undefined) return not
  }
  const connection = await parts.storage.read(() => findWholeConnection(key))
  if (connection === undefined) return gone(key)
  if (handsOver && connection.handedOverAt === null) return changed(key)
  return { text: formatLine(await exportedConnection(parts, connection)) }
}

const gone = (key: ConnectionKey): NotExported => ({
  ...key,
  why: 'it has just been removed',
  next: 'Nothing is to be done.',
})

const changed = (key: ConnectionKey): NotExported => ({
  ...key,
  why: 'another token was adopted into it just now',
  next: 'Export once more, into another file, with --handed-over-too.',
})

const elsewhere = ({ key, handedOverIn }: WholeConnection): NotExported => ({
  ...key,
  why: `it was handed over before, in the export ${handedOverIn ?? 'unknown'}`,
  next: `Where that export came to nothing: sallyport keeper take-back --export ${handedOverIn ?? 'ID'}. Where another keeper uses it, export it there.`,
})

async function exportedConnection({ envelope }: ExchangeParts, of: WholeConnection): Promise<ExportedConnection> {
  const { key, generation, refreshAttempt, access } = of
  const at = { purpose: 'refresh-token', generation, attempt: refreshAttempt } as const
  const refreshToken = await envelope.openText(of.sealedRefresh, lockOf(of, at))
  return {
    ...{ kind: 'connection', ...key, app: of.app, loginUrl: of.loginUrl, orgId: of.orgId, userId: of.userId },
    ...{ username: of.username, instanceUrl: of.instanceUrl, state: of.state, why: of.why, generation },
    ...{ soleHolder: of.soleHolder, refreshToken: refreshToken.expose(), sessionSeconds: of.sessionSeconds },
    access:
      access === null
        ? null
        : {
            token: (
              await envelope.openText(access.sealed, lockOf(of, { ...access, purpose: 'access-token' }))
            ).expose(),
            ...{ issuedAt: access.issuedAt, expiresAt: access.expiresAt },
          },
    ...{ lastExchangeAt: of.lastExchangeAt, lastEgress: of.lastEgress, createdAt: of.createdAt },
    ...{ authorizedAt: of.authorizedAt, handedOver: of.handedOverAt !== null },
  }
}
