/** The org's keyring at rest: `org-keyring.json` in the data folder. Whoever copies the store without it can redeem and read nothing. */
import { join } from 'node:path'
import { ok, type Result } from '../values/result.ts'
import type { RandomBytes } from '../values/domain.ts'
import { parseOwnJson } from '../values/own-json.ts'
import { readPrivateFile, writePrivateFile } from '../storage/private-file.ts'
import {
  newKeyringDocument,
  openKeyring,
  withNewTagKey,
  type Keyring,
  type KeyringDocument,
  type KeyState,
} from './tokens/keyring.ts'

export const keyringFileName = 'org-keyring.json'

/** Without the key itself. */
export type TagKeyListing = { readonly id: number; readonly state: KeyState }

/** A keyring in use, and the way to change it. */
export type HeldKeyring = {
  /** Always the present one: whoever keeps it sees a new key with its next look. */
  readonly keyring: Keyring
  readonly tagKeys: () => readonly TagKeyListing[]
  /** The new key is in the file before the first token is minted with it. The fault is a sentence; rejects where the file cannot be written, and
   *  then nothing has changed. */
  readonly rotateTagKey: (wish: { readonly compromised: boolean }) => Promise<Result<readonly TagKeyListing[], string>>
}

/** Makes the file on the first start. A keyring that is gone while the store has grants would make every customer authorize again, so
 *  `storeIsNew: false` and no file is an error and not a fresh keyring. */
export async function openKeyringFile(
  folder: string,
  { random, storeIsNew }: { readonly random: RandomBytes; readonly storeIsNew: boolean },
): Promise<HeldKeyring> {
  const path = join(folder, keyringFileName)
  const text = await readPrivateFile(path)
  if (text === undefined && !storeIsNew) {
    throw new Error(
      `${path} is missing, and without it no token of the store can be used. Restore it from your backup.`,
    )
  }
  const document = text === undefined ? newKeyringDocument(random) : parse(path, text)
  const write = (changed: KeyringDocument): Promise<void> =>
    writePrivateFile(path, `${JSON.stringify(changed, null, 2)}\n`)
  const held = hold(document, { path, random, write })
  if (text === undefined) await write(document)
  return held
}

/** For a store in memory: keys that end with it. */
export function freshKeyring(random: RandomBytes): HeldKeyring {
  return hold(newKeyringDocument(random), { path: 'the keyring', random, write: () => Promise.resolve() })
}

type Place = {
  readonly path: string
  readonly random: RandomBytes
  readonly write: (document: KeyringDocument) => Promise<void>
}

function hold(first: KeyringDocument, { path, random, write }: Place): HeldKeyring {
  let document = first
  let keyring = opened(path, first)
  let last: Promise<unknown> = Promise.resolve()
  const tagKeys = (): readonly TagKeyListing[] => document.tagKeys.map(({ id, state }) => ({ id, state }))
  const rotate = async (compromised: boolean): Promise<Result<readonly TagKeyListing[], string>> => {
    const changed = withNewTagKey(document, { random, compromised })
    if (!changed.ok) return changed
    await write(changed.value)
    keyring = opened(path, changed.value)
    document = changed.value
    return ok(tagKeys())
  }
  return {
    keyring: {
      get activeTagKey() {
        return keyring.activeTagKey
      },
      get activeSealKey() {
        return keyring.activeSealKey
      },
      tagKey: (id) => keyring.tagKey(id),
      sealKey: (id) => keyring.sealKey(id),
    },
    tagKeys,
    async rotateTagKey({ compromised }) {
      const rotation = last.then(() => rotate(compromised)) // one after the other: each goes on from what the one before wrote
      last = rotation.catch(() => {})
      return await rotation
    },
  }
}

function opened(path: string, document: KeyringDocument): Keyring {
  const keyring = openKeyring(document)
  if (!keyring.ok) throw new Error(`${path}: ${keyring.fault}`)
  return keyring.value
}

function parse(path: string, text: string): KeyringDocument {
  try {
    return parseOwnJson<KeyringDocument>(text)
  } catch (cause) {
    throw new Error(`${path} is not JSON. Restore it from your backup.`, { cause })
  }
}
