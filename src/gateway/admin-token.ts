/** The bearer token of the admin API: made at the first start, kept beside the store, printed once and never again. */
import { join } from 'node:path'
import type { RandomBytes } from '../values/domain.ts'
import { secret, type Secret } from '../values/secret.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

export const adminTokenFileName = 'gateway-admin-token'

export type AdminToken = {
  readonly token: Secret
  /** `given` by the environment, `kept` by an earlier start, or `new`: the one time that it is printed. */
  readonly origin: 'given' | 'kept' | 'new'
  /** Makes a new one last. To be called when nothing else can keep the gateway from starting: a start that fails shows no token, so one that
   *  it stored would never be shown. */
  readonly keep: () => Promise<void>
}

/** `given` overrides; with no folder the token lives as long as the process. */
export async function openAdminToken(
  folder: string | undefined,
  { random, given }: { readonly random: RandomBytes; readonly given: Secret | undefined },
): Promise<AdminToken> {
  const lasts = (token: Secret, origin: 'given' | 'kept'): AdminToken => ({ token, origin, keep: async () => {} })
  if (given !== undefined) return lasts(given, 'given')
  const path = folder === undefined ? undefined : join(folder, adminTokenFileName)
  const stored = path === undefined ? undefined : (await readPrivateFile(path))?.trim()
  if (stored) return lasts(secret(stored), 'kept')
  const fresh = `sp_gateway_admin_${Buffer.from(random(32)).toString('base64url')}`
  return {
    token: secret(fresh),
    origin: 'new',
    keep: async () => {
      if (path !== undefined) await writePrivateFile(path, `${fresh}\n`)
    },
  }
}
