/** The org's keyring at rest: `org-keyring.json` in the data folder. Whoever copies the store without it can redeem and read nothing. */
import { join } from 'node:path'
import type { RandomBytes } from '../values/domain.ts'
import { parseOwnJson } from '../values/own-json.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'
import { newKeyringDocument, openKeyring, type Keyring, type KeyringDocument } from './tokens/keyring.ts'

export const keyringFileName = 'org-keyring.json'

/** Makes the file on the first start. A keyring that is gone while the store has grants would make every customer authorize again, so
 *  `storeIsNew: false` and no file is an error and not a fresh keyring. */
export async function openKeyringFile(
  folder: string,
  { random, storeIsNew }: { readonly random: RandomBytes; readonly storeIsNew: boolean },
): Promise<Keyring> {
  const path = join(folder, keyringFileName)
  const text = await readPrivateFile(path)
  if (text === undefined && !storeIsNew) {
    throw new Error(
      `${path} is missing, and without it no token of the store can be used. Restore it from your backup.`,
    )
  }
  const document = text === undefined ? newKeyringDocument(random) : parse(path, text)
  const keyring = openKeyring(document)
  if (!keyring.ok) throw new Error(`${path}: ${keyring.fault}`)
  if (text === undefined) await writePrivateFile(path, `${JSON.stringify(document, null, 2)}\n`)
  return keyring.value
}

/** For a store in memory: keys that end with it. */
export function freshKeyring(random: RandomBytes): Keyring {
  const keyring = openKeyring(newKeyringDocument(random))
  if (!keyring.ok) throw new Error(keyring.fault)
  return keyring.value
}

function parse(path: string, text: string): KeyringDocument {
  try {
    return parseOwnJson<KeyringDocument>(text)
  } catch (cause) {
    throw new Error(`${path} is not JSON. Restore it from your backup.`, { cause })
  }
}
