/** The key under which the store keeps what the admin API declares: the URL of a proxy has credentials in it, and a copy of the database alone
 *  must not show them. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { RandomBytes } from '../values/domain.ts'
import { readPrivateFile, writePrivateFile } from '../storage/private-file.ts'

export const storeKeyFileName = 'gateway-key'

export type StoreKey = {
  /** Bound to its place, so that what is moved to another row does not open. */
  readonly seal: (text: string, place: string) => Uint8Array
  /** Throws where the key is another one, or the bytes were altered. */
  readonly unseal: (sealed: Uint8Array, place: string) => string
  /** The same text has the same mark; nothing can be read out of it. */
  readonly mark: (text: string) => string
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** Made at the first start; with no folder it lives as long as the process. */
export async function openStoreKey(folder: string | undefined, random: RandomBytes): Promise<StoreKey> {
  const path = folder === undefined ? undefined : join(folder, storeKeyFileName)
  const stored = path === undefined ? undefined : await readPrivateFile(path)
  const key = stored === undefined ? random(keyBytes) : Buffer.from(stored.trim(), 'base64url')
  if (key.length !== keyBytes) throw new Error(`${path} holds no key: put back the one that was made with gateway.db`)
  if (stored === undefined && path !== undefined)
    await writePrivateFile(path, `${Buffer.from(key).toString('base64url')}\n`)
  return storeKey(key, { random, path: path ?? 'the key' })
}

function storeKey(
  key: Uint8Array,
  { random, path }: { readonly random: RandomBytes; readonly path: string },
): StoreKey {
  const derived = (use: string): Buffer => createHmac('sha256', key).update(use).digest()
  const [sealing, marking] = [derived('sallyport gateway seal'), derived('sallyport gateway mark')]
  return {
    seal(text, place) {
      const nonce = random(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(place))
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    },
    unseal(sealed, place) {
      const decipher = createDecipheriv('aes-256-gcm', sealing, sealed.subarray(0, nonceBytes))
      try {
        const end = sealed.length - tagBytes
        decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(end))
        return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]).toString('utf8')
      } catch (cause) {
        const what = `${path} is not the key under which gateway.db keeps ${place}`
        throw new Error(`${what}: put back the one that was made with it, or restore both from one backup`, { cause })
      }
    },
    mark: (text) => createHmac('sha256', marking).update(text).digest('base64url'),
  }
}
