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
  if (given !== undefined) return originOf(given)
  const address = listenAddress(org.listen)
  if (address === undefined) throw new Error(`org.listen was not validated: ${org.listen}`)
  if (address.port === 0) throw wrongUsage('org.listen has port 0, so the org is not found by it.', '--org URL')
  return urlOf(address)
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin
  throw wrongUsage(`--org ${JSON.stringify(text)} is no origin.`, '--org http://127.0.0.1:8480')
}

/** The address to reach a listener by: one that listens everywhere is reached over the loopback. */
export function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

export type FoundToken = { readonly token: Secret; readonly from: string }

/** SALLYPORT_ADMIN_TOKEN, else the file that the service left in its data folder. Throws a Complaint where there is neither. */
export function findAdminToken(
  { configuration, folder: from, adminToken }: Loaded,
  fileName: string = adminTokenFileName,
): FoundToken {
  if (adminToken !== undefined) return { token: adminToken, from: 'SALLYPORT_ADMIN_TOKEN' }
  const folder = dataFolder(storageFrom(configuration.storage, from))
  const path = folder === undefined ? undefined : join(folder, fileName)
  const text = path === undefined ? undefined : readIfThere(path)
  if (path !== undefined && text !== undefined) return { token: secret(text.trim()), from: path }
  throw complaint(
    path === undefined ? 'There is no admin token: the storage has no folder.' : `There is no admin token in ${path}.`,
    'Set SALLYPORT_ADMIN_TOKEN to the token that was printed at the first start.',
    'sallyport up',
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
