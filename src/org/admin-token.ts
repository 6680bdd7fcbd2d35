/** The bearer token of the admin API: made at the first start, kept beside the store, printed once and never again. */
import { join } from 'node:path'
import { secret, type Secret } from '../values/secret.ts'
import type { RandomBytes } from '../values/domain.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

export const adminTokenFileName = 'admin-token'

export type AdminToken = {
  readonly token: Secret
  /** Made by this start: the one time that it is printed. */ readonly isNew: boolean
}

/** `given` (SALLYPORT_ADMIN_TOKEN) overrides; with no folder the token lives as long as the process. */
export async function openAdminToken(
  folder: string | undefined,
  { random, given }: { readonly random: RandomBytes; readonly given: Secret | undefined },
): Promise<AdminToken> {
  if (given !== undefined) return { token: given, isNew: false }
  const fresh = `sp_admin_${Buffer.from(random(32)).toString('base64url')}`
  if (folder === undefined) return { token: secret(fresh), isNew: true }
  const path = join(folder, adminTokenFileName)
  const stored = (await readPrivateFile(path))?.trim()
  if (stored) return { token: secret(stored), isNew: false }
  await writePrivateFile(path, `${fresh}\n`)
  return { token: secret(fresh), isNew: true }
}
