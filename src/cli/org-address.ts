/** Where the org of this installation answers, and with which token its admin API is opened. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Loaded } from '../config/load.ts'
import { listenAddress } from '../documents/formats.ts'
import { adminTokenFileName } from '../org/admin-token.ts'
import { secret, type Secret } from '../values/secret.ts'
import { complaint, wrongUsage } from './complaint.ts'
import { dataFolder, storageFrom } from './settings.ts'

/** `--org` where it is given, else the address that the configuration has the org listen on. Without a slash at its end. */
export function findOrgUrl({ configuration: { org } }: Loaded, given: string | undefined): string {
  if (given !== undefined) return originGiven('--org', given)
  const address = listenAddress(org.listen)
  if (address === undefined) throw new Error(`org.listen was not validated: ${org.listen}`)
  if (address.port === 0) throw wrongUsage('org.listen has port 0, so the org is not found by it.', '--org URL')
  return urlOf(address)
}

/** Of an option. Throws a Complaint where it is none. */
export function originGiven(option: string, text: string, usual = 'http://127.0.0.1:8480'): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin
  throw wrongUsage(`${option} ${JSON.stringify(text)} is no origin.`, `${option} ${usual}`)
}

/** The address to reach a listener by: one that listens everywhere is reached over the loopback. */
export function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

export type FoundToken = { readonly token: Secret; readonly from: string }

/** SALLYPORT_ADMIN_TOKEN, else the file that the service left in its data folder. Throws a Complaint where there is neither. */
export function findAdminToken(loaded: Loaded, fileName: string = adminTokenFileName): FoundToken {
  const { adminToken: given } = loaded
  return findToken(loaded, { given, fileName, called: 'admin token', variable: 'SALLYPORT_ADMIN_TOKEN' })
}

export type WantedToken = {
  /** By the environment, or by the configuration. */
  readonly given: Secret | undefined
  readonly fileName: string
  readonly called: string
  readonly variable: string
  /** What starts the service: `sallyport up` if not said. */
  readonly start?: string
}

export function findToken(
  { configuration, folder: from }: Loaded,
  { given, fileName, called, variable, start = 'sallyport up' }: WantedToken,
): FoundToken {
  if (given !== undefined) return { token: given, from: variable }
  const folder = dataFolder(storageFrom(configuration.storage, from))
  const path = folder === undefined ? undefined : join(folder, fileName)
  const text = path === undefined ? undefined : readIfThere(path)
  if (path !== undefined && text !== undefined) return { token: secret(text.trim()), from: path }
  throw complaint(
    path === undefined ? `There is no ${called}: the storage has no folder.` : `There is no ${called} in ${path}.`,
    `Set ${variable} to the token that was printed at the first start.`,
    start,
  )
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR'))
      return undefined
    throw cause
  }
}
