/** The demonstration's own files, in a folder beside the data: written once, and then the person's to change. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readPrivateFile, writePrivateFile } from '../../storage/private-file.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { secret, type Secret } from '../../values/secret.ts'
import { urlSafePassword } from '../gateway/own-client.ts'
import { orgFileText } from './org-file.ts'

export type Demonstration = {
  readonly folder: string
  readonly orgFile: string
  readonly consumerKey: string
  readonly consumerSecret: Secret
  readonly password: Secret
  /** Of the user whose connection the keeper keeps. */
  readonly keeperPassword: Secret
  /** Of the gateway's one client; URL-safe. */
  readonly gatewayPassword: Secret
}

/** Makes what is not there; leaves what is. Password and secret are random and lie in files of mode 0600. */
export async function openDemonstration(dataFolder: string, random: RandomBytes): Promise<Demonstration> {
  const folder = join(dataFolder, 'demonstration')
  const text = (bytes: number): string => Buffer.from(random(bytes)).toString('base64url')
  const kept = async (name: string, fresh: () => string): Promise<string> => {
    const path = join(folder, name)
    const stored = (await readPrivateFile(path))?.trim()
    if (stored !== undefined && stored !== '') return stored
    const made = fresh()
    await writePrivateFile(path, made)
    return made
  }
  const password = await kept('password', () => text(12))
  const keeperPassword = await kept('keeper-password', () => text(12))
  const consumerSecret = await kept('consumer-secret', () => Buffer.from(random(32)).toString('hex').toUpperCase())
  const consumerKey = await kept('consumer-key', () => `3MVG9.${text(60)}`)
  const gatewayPassword = await kept('gateway-password', () => urlSafePassword(random))
  const orgFile = join(folder, 'org.yaml')
  if (!existsSync(orgFile)) await writePrivateFile(orgFile, orgFileText(consumerKey))
  return {
    folder,
    orgFile,
    consumerKey,
    consumerSecret: secret(consumerSecret),
    password: secret(password),
    keeperPassword: secret(keeperPassword),
    gatewayPassword: secret(gatewayPassword),
  }
}
