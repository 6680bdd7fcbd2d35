/** The bearer token of the admin API of the org. */
import { openKeptToken, type KeptToken } from '../storage/kept-token.ts'
import type { RandomBytes } from '../values/domain.ts'
import type { Secret } from '../values/secret.ts'

export const adminTokenFileName = 'admin-token'

export type AdminToken = KeptToken

/** `given` overrides; with no folder the token lives as long as the process. */
export async function openAdminToken(
  folder: string | undefined,
  from: { readonly random: RandomBytes; readonly given: Secret | undefined },
): Promise<AdminToken> {
  return await openKeptToken({ folder, fileName: adminTokenFileName, prefix: 'sp_admin_' }, from)
}
