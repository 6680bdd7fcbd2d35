/** `org keyring rotate`: on the files of an org that is stopped, through the admin API of one that runs (P-09, P-14). */
import { OpenToOthers } from '../../storage/private-file.ts'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import { isRecord } from '../../documents/words.ts'
import { keyringFileName, openKeyringFile, type TagKeyListing } from '../../org/keyring-file.ts'
import { takeOwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { StorageFault } from '../../storage/storage.ts'
import { systemEnvironment } from '../../system.ts'
import { openAdminClient } from '../admin-client.ts'
import { complaintOf } from '../complaint-of.ts'
import { complaint } from '../complaint.ts'
import { openLog } from '../log.ts'
import { findAdminToken, findOrgUrl } from '../org-address.ts'
import { pathFromHere } from '../paths.ts'
import { dataFolder, loadSettings, storageFrom } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export type RotateFlags = {
  readonly config?: string
  readonly json?: boolean
  readonly storage?: string
  readonly org?: string
  readonly compromised?: boolean
}

type Rotated = {
  readonly tagKeys: readonly TagKeyListing[]
  /** Where the keyring lies, in words for people. */
  readonly file: string
}

export async function rotateKeyring(terminal: Terminal, flags: RotateFlags): Promise<void> {
  const loaded = withStorage(loadSettings(terminal, flags.config), flags.storage)
  const offline = flags.org === undefined ? await rotateFile(terminal, loaded, flags) : undefined
  const rotated = offline ?? (await rotateRunning(loaded, flags))
  if (flags.json) terminal.out(JSON.stringify({ tagKeys: rotated.tagKeys }))
  else for (const line of linesOf(rotated)) terminal.out(line)
}

/** A path in an option starts at the working directory. */
function withStorage(loaded: Loaded, given: string | undefined): Loaded {
  if (given === undefined) return loaded
  return { ...loaded, configuration: { ...loaded.configuration, storage: storageFrom(given, process.cwd()) } }
}

/** Undefined where another process owns the folder: then the keys in use are that process's. */
async function rotateFile(
  terminal: Terminal,
  { configuration, folder: from }: Loaded,
  { compromised = false }: RotateFlags,
): Promise<Rotated | undefined> {
  const folder = dataFolder(storageFrom(configuration.storage, from))
  if (folder === undefined)
    throw complaint('The keyring of a storage in memory ends with its process.', 'Name a running org: --org URL')
  const file = pathFromHere(join(folder, keyringFileName))
  if (!existsSync(file)) throw noKeyring(folder)
  const lock = lockUnlessOwned(realpathSync(folder))
  if (lock === undefined) return undefined
  try {
    const { random } = systemEnvironment(openLog(terminal))
    const held = await openKeyringFile(folder, { random, storeIsNew: false })
    const rotated = await held.rotateTagKey({ compromised })
    if (!rotated.ok) throw new Error(`${file}: ${rotated.fault}`)
    return { tagKeys: rotated.value, file }
  } catch (cause) {
    throw complaintOf(cause) ?? wordsToMend(cause) ?? cause
  } finally {
    lock.release()
  }
}

function lockUnlessOwned(folder: string): { readonly release: () => void } | undefined {
  try {
    return takeOwnerLock(folder, 'org')
  } catch (cause) {
    if (cause instanceof StorageFault && cause.code === 'STORAGE_OWNED_BY_ANOTHER_PROCESS') return undefined
    throw cause
  }
}

const noKeyring = (folder: string): Error =>
  complaint(
    `There is no keyring in ${pathFromHere(folder)}: the first start of the org makes it.`,
    'Name the folder of the org: --storage sqlite:FOLDER',
    'Or a running org: --org URL',
  )

/** A keyring that cannot be read is a plain error with a sentence on what to mend; errors of other kinds are defects. */
function wordsToMend(cause: unknown): Error | undefined {
  if (!(cause instanceof Error) || 'code' in cause) return undefined
  if (cause.constructor !== Error && !(cause instanceof OpenToOthers)) return undefined
  return complaint(`Nothing was rotated: ${cause.message}`, 'sallyport doctor')
}

async function rotateRunning(loaded: Loaded, { org, compromised = false }: RotateFlags): Promise<Rotated> {
  const url = findOrgUrl(loaded, org)
  const admin = openAdminClient(url, findAdminToken(loaded))
  const { body } = await admin.ask('POST', '/keyring/rotate', { body: { compromised } })
  const tagKeys = isRecord(body) && Array.isArray(body['tagKeys']) ? body['tagKeys'].filter(isTagKey) : []
  if (tagKeys.length === 0) throw new Error(`${url} sent keys that cannot be read`)
  return { tagKeys, file: `${keyringFileName} of ${url}` }
}

const isTagKey = (value: unknown): value is TagKeyListing =>
  isRecord(value) && typeof value['id'] === 'number' && typeof value['state'] === 'string'

function linesOf({ tagKeys, file }: Rotated): string[] {
  const of = (state: TagKeyListing['state']): number[] =>
    tagKeys.filter((each) => each.state === state).map(({ id }) => id)
  const [retired, compromised] = [of('retired'), of('compromised')]
  return [
    `Key ${of('active').join()} proves new tokens from now on.`,
    ...(retired.length === 0
      ? []
      : [`Retired, and still good for the tokens that they have proved: ${listOf(retired)}.`]),
    ...(compromised.length === 0
      ? []
      : [
          `Marked compromised: ${listOf(compromised)}. Current refresh tokens of theirs redeem, spent ones revoke nobody, access tokens are dead.`,
        ]),
    `Back up ${file} again: without it, nobody can use the tokens of the new key.`,
  ]
}

const listOf = (ids: readonly number[]): string => `${ids.length === 1 ? 'key' : 'keys'} ${ids.join(', ')}`
