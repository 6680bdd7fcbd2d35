/** The client of a gateway whose configuration names none: made at the first start and kept beside the data. */
import { join } from 'node:path'
import type { GatewayClient } from '../../gateway/configuration.ts'
import { readPrivateFile, writePrivateFile } from '../../storage/private-file.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { secret, type Secret } from '../../values/secret.ts'

export const ownClientFileName = 'gateway-client'
const username = 'app'

export type OwnClient = {
  readonly client: GatewayClient
  /** Made by this start, the one time that its password is printed. */
  readonly isNew: boolean
  /** Undefined where the storage has no folder: then it ends with the process. */
  readonly file: string | undefined
  /** Makes a new one last; to be called when nothing else can keep the gateway from starting. */
  readonly keep: () => Promise<void>
}

/** Throws where others may read the file. */
export async function openOwnClient(folder: string | undefined, random: RandomBytes): Promise<OwnClient> {
  const file = folder === undefined ? undefined : join(folder, ownClientFileName)
  const stored = file === undefined ? undefined : (await readPrivateFile(file))?.trim()
  if (stored) return { client: clientOf(secret(stored)), isNew: false, file, keep: async () => {} }
  const fresh = urlSafePassword(random)
  return {
    client: clientOf(secret(fresh)),
    isNew: true,
    file,
    keep: async () => {
      if (file !== undefined) await writePrivateFile(file, `${fresh}\n`)
    },
  }
}

/** 192 bits, of signs that a URL does not reserve, so that no client can mangle them (L-69). */
export const urlSafePassword = (random: RandomBytes): string => Buffer.from(random(24)).toString('base64url')

const clientOf = (password: Secret): GatewayClient => ({
  name: username,
  username,
  password,
  mayPin: true,
  connections: 1000,
})
