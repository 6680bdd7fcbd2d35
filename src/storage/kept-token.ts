/** A bearer token of a service: made at the first start, kept beside the store, printed once and never again. */
import { join } from 'node:path'
import type { RandomBytes } from '../values/domain.ts'
import { secret, type Secret } from '../values/secret.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

export type KeptToken = {
  readonly token: Secret
  /** `given` by the environment, `kept` by an earlier start, or `new`: the one time that it is printed. */
  readonly origin: 'given' | 'kept' | 'new'
  /** Makes a new one last. To be called when nothing else can keep the service from starting: a start that fails shows no token, so one that it
   *  stored would never be shown. */
  readonly keep: () => Promise<void>
}

export type KeptTokenPlace = {
  /** With none the token lives as long as the process. */
  readonly folder: string | undefined
  readonly fileName: string
  /** So that it is recognised wherever it turns up. */
  readonly prefix: string
}

/** `given` overrides. */
export async function openKeptToken(
  { folder, fileName, prefix }: KeptTokenPlace,
  { random, given }: { readonly random: RandomBytes; readonly given: Secret | undefined },
): Promise<KeptToken> {
  const lasts = (token: Secret, origin: 'given' | 'kept'): KeptToken => ({ token, origin, keep: async () => {} })
  if (given !== undefined) return lasts(given, 'given')
  const path = folder === undefined ? undefined : join(folder, fileName)
  const stored = path === undefined ? undefined : (await readPrivateFile(path))?.trim()
  if (stored) return lasts(secret(stored), 'kept')
  const fresh = `${prefix}${Buffer.from(random(32)).toString('base64url')}`
  return {
    token: secret(fresh),
    origin: 'new',
    keep: async () => {
      if (path !== undefined) await writePrivateFile(path, `${fresh}\n`)
    },
  }
}
