/** Every secret of the keeper at rest: under its owner's data key, bound to its place. */
import { timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../values/domain.ts'
import { secret, type Secret } from '../../values/secret.ts'
import { openDataKeys, usualLimits, type DataKeyLimits } from './data-keys.ts'
import { decrypt, encrypt } from './gcm.ts'
import type { Keyring, WrappedKey } from './keyring-contract.ts'
import { associatedData, placeWords, wrappingContext, type Owner, type Place } from './place.ts'
import { VaultFault } from './vault-fault.ts'

/** Where a secret belongs, and its owner's data key as the store keeps it. */
export type Lock = { readonly place: Place; readonly dataKey: WrappedKey }

/** All reject with a VaultFault, `wrong-keyring` or `moved-or-damaged`, or as the keyring does where it could not be asked. */
export type Envelope = {
  /** To be stored with the owner's first secret. It has been unwrapped once: what lies under it will open. */
  readonly newDataKey: (owner: Owner) => Promise<WrappedKey>
  /** The plaintext stays the caller's to erase. */
  readonly seal: (plain: Uint8Array, lock: Lock) => Promise<Uint8Array>
  readonly sealText: (plain: Secret, lock: Lock) => Promise<Uint8Array>
  /** What comes back is the caller's to erase (`fill(0)`) as soon as it has been used. */
  readonly open: (sealed: Uint8Array, lock: Lock) => Promise<Uint8Array>
  readonly openText: (sealed: Uint8Array, lock: Lock) => Promise<Secret>
  /** To be taken before a token is sent: the reply can be sealed then even if the keyring is out of reach by the time it comes (P-26). */
  readonly holdOpen: (owner: Owner, dataKey: WrappedKey) => Promise<HeldOpen>
  /** Erases every data key that is kept open. The envelope can be used on. */
  readonly forget: () => void
}

export type HeldOpen = {
  /** Asks nobody and waits for nothing. Throws after `release`. */
  readonly seal: (plain: Uint8Array, place: Omit<Place, 'owner'>) => Uint8Array
  readonly release: () => void
}

export type EnvelopeParts = {
  readonly keyring: Keyring
  readonly random: RandomBytes
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly limits?: DataKeyLimits
}

export function openEnvelope({ keyring, random, monotonic, limits = usualLimits }: EnvelopeParts): Envelope {
  const dataKeys = openDataKeys(keyring, { ...limits, monotonic })
  const seal: Envelope['seal'] = async (plain, { place, dataKey }) => {
    const associated = associatedData(place)
    return await dataKeys.use(place.owner, dataKey, (key) => encrypt(plain, { key, nonce: random(12), associated }))
  }
  const open: Envelope['open'] = async (sealed, { place, dataKey }) => {
    const associated = associatedData(place)
    const plain = await dataKeys.use(place.owner, dataKey, (key) => decrypt(sealed, { key, associated }))
    if (plain === undefined) throw misplaced(place)
    return plain
  }
  return {
    seal,
    open,
    forget: dataKeys.forget,
    async newDataKey(owner) {
      return await withErased(random(32), (dataKey) => wrapProven(keyring, dataKey, wrappingContext(owner)))
    },
    async holdOpen(owner, wrapped) {
      const { dataKey, release } = await dataKeys.hold(owner, wrapped)
      let released = false
      return {
        seal(plain, place) {
          if (released) throw new Error('the data key was released') // it may be zeros by now
          return encrypt(plain, { key: dataKey, nonce: random(12), associated: associatedData({ ...place, owner }) })
        },
        release() {
          released = true
          release()
        },
      }
    },
    async sealText(plain, lock) {
      return await withErased(Buffer.from(plain.expose(), 'utf8'), (bytes) => seal(bytes, lock))
    },
    async openText(sealed, lock) {
      return await withErased(await open(sealed, lock), (bytes) => Promise.resolve(secret(textOf(bytes))))
    },
  }
}

/** Wraps, and unwraps once to see that it is the same: a keyring that cannot give back what it took is found out before anything lies under it. */
export async function wrapProven(keyring: Keyring, dataKey: Uint8Array, context: string): Promise<WrappedKey> {
  const wrapped = await keyring.wrap(dataKey, context)
  const same = await withErased(await keyring.unwrap(wrapped, context), (again) =>
    Promise.resolve(again.length === dataKey.length && timingSafeEqual(again, dataKey)),
  )
  if (!same)
    throw new Error(`the keyring's key ${wrapped.key} does not give back what it wrapped; nothing was stored under it`)
  return wrapped
}

/** For bytes that are ours: whatever becomes of the work, they are zeros afterwards. */
export async function withErased<T>(bytes: Uint8Array, work: (bytes: Uint8Array) => Promise<T>): Promise<T> {
  try {
    return await work(bytes)
  } finally {
    bytes.fill(0)
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')

function misplaced(place: Place): VaultFault {
  return new VaultFault('moved-or-damaged', {
    means: `The ciphertext at ${placeWords(place)} does not open there: it was moved from another place, or altered.`,
    next: [
      'Restore this row from a backup of the vault, or authorize the connection again.',
      'If nobody has edited the database by hand, find out who can write to it.',
    ],
  })
}
