/** A keyring in a file that several processes of one machine may hold at once; changes are made one after the other, under a lock. */
import { mkdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { OpenToOthers, readPrivateFile, writePrivateFile } from '../../storage/private-file.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { locked } from './folder-lock.ts'
import { judgeDrop, type KeyringRefusal } from '../rules/drop-key.ts'
import { keyringText, listing, parseKeyring, withNewKey, withoutKey, type KeyringDocument } from './keyring-document.ts'
import { keyBytes, unwrapUnder, wrapUnder, wrongKeyring } from './keyring-keys.ts'
import type { HeldKeyring, KeyringParts, KeyringSource } from './keyring-contract.ts'
import { VaultFault } from './vault-fault.ts'

type FileSource = Extract<KeyringSource, { readonly kind: 'file' }>

export async function openKeyringFile(source: FileSource, parts: KeyringParts): Promise<HeldKeyring> {
  if ((await readKeyring(source.path)) === undefined) await makeKeyring(source, parts)
  const path = await realpath(source.path) // a link stays a link: what changes is the file that it leads to
  return keyringOf(await hold(path), { path, ...parts })
}

/** The document as this process knows it, and the way to know better. */
type Held = {
  readonly known: () => KeyringDocument
  /** Reads the file again if it is another one than last time. */
  readonly look: () => Promise<KeyringDocument>
}

async function hold(path: string): Promise<Held> {
  let known: { readonly document: KeyringDocument; readonly mark: string } | undefined
  const look = async (): Promise<KeyringDocument> => {
    const mark = await markOf(path)
    if (known !== undefined && mark === known.mark) return known.document
    const document = await readKeyring(path)
    if (document === undefined) throw missing(path)
    known = { document, mark } // the mark is from before the reading: at worst it is read once more
    return document
  }
  const first = await look()
  return { known: () => known?.document ?? first, look }
}

function keyringOf(held: Held, { path, random, clock }: KeyringParts & { readonly path: string }): HeldKeyring {
  const keyIn = ({ keys }: KeyringDocument, id: string) => keys.find((each) => each.id === id)
  const change = changing(path, held)
  return {
    get current() {
      return held.known().current.id
    },
    keys: () => listing(held.known()),
    async wrap(dataKey, context) {
      const { current } = await held.look() // nothing new under a key that another process has retired
      return wrapUnder(current.bytes, dataKey, { context, random })
    },
    async unwrap(wrapped, context) {
      const key = keyIn(held.known(), wrapped.key) ?? keyIn(await held.look(), wrapped.key)
      if (key !== undefined) return unwrapUnder(key.bytes, wrapped, context)
      throw wrongKeyring(
        wrapped,
        path,
        held.known().keys.map(({ id }) => id),
      )
    },
    async addKey() {
      const changed = await change((document) => Promise.resolve(ok(withNewKey(document, random(keyBytes), clock()))))
      return changed.ok ? ok(changed.value.current.id) : changed
    },
    async dropKey(id, stillWrapped) {
      const changed = await change(async (document) => {
        const found = keyIn(document, id)
        const key = found && { id, current: found === document.current, retiredAt: found.retiredAt }
        const refusal = judgeDrop(key, { now: clock(), stillWrapped: await stillWrapped() })
        return refusal === undefined ? ok(withoutKey(document, id)) : fault(refusal)
      })
      return changed.ok ? ok(id) : changed
    },
  }
}

type Change = (document: KeyringDocument) => Promise<Result<KeyringDocument, KeyringRefusal>>

/** Each change goes on from what lies in the file at that moment, and not from what this process remembers. */
function changing(path: string, held: Held): (work: Change) => Promise<Result<KeyringDocument, KeyringRefusal>> {
  return async (work) =>
    await underLock(path, async () => {
      const changed = await work(await held.look())
      if (!changed.ok) return changed
      await writePrivateFile(path, keyringText(changed.value))
      return ok(await held.look())
    })
}

/** Of several processes that start at once one makes it, and the others find it made. */
async function makeKeyring({ path, vaultIsNew }: FileSource, { random, clock }: KeyringParts): Promise<void> {
  if (!vaultIsNew) throw missing(path)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await underLock(path, async () => {
    if ((await readKeyring(path)) !== undefined) return
    await writePrivateFile(path, keyringText(withNewKey({ keys: [] }, random(keyBytes), clock())))
  })
}

async function underLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const done = await locked(dirname(path), basename(path), work)
  if (done !== undefined) return done.value
  throw new VaultFault('keyring-busy', {
    means: `${path} is being changed by another process (its number is in ${path}.owner).`,
    next: ['Stop that process, or wait until it has ended.', 'Then do this again: nothing was changed.'],
  })
}

async function readKeyring(path: string): Promise<KeyringDocument | undefined> {
  const text = await readPrivateFile(path).catch((cause: unknown) => {
    if (!(cause instanceof OpenToOthers)) throw cause
    const next = [
      `chmod 600 ${path}`,
      'If others could read it, add a new key afterwards and re-wrap everything under it.',
    ]
    throw new VaultFault('keyring-open-to-others', { means: cause.message, next }, cause)
  })
  if (text === undefined) return undefined
  const parsed = parseKeyring(text)
  if (parsed.ok) return parsed.value
  const next = [`Restore ${path} from your backup.`]
  throw new VaultFault('keyring-damaged', { means: `${path} ${parsed.fault}.`, next })
}

function missing(path: string): VaultFault {
  return new VaultFault('keyring-missing', {
    means: `There is no keyring at ${path}, and the vault holds secrets that only its keys open.`,
    next: [
      `Put the keyring back that was in use with this vault, as ${path}, with mode 0600.`,
      'Where it has another name or place, say that: keeper.keyring of the configuration, keyring of the library.',
      'Without it every connection must be authorized again: begin with an empty vault.',
    ],
  })
}

async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw missing(path)
    throw cause
  }
}
