/** The key of an exported file: made of a passphrase that is stretched, or for the owner of a private key. */
import { createHash, createPrivateKey, createPublicKey, diffieHellman, hkdf, scrypt, type KeyObject } from 'node:crypto'
import type { RandomBytes } from '../../values/domain.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { Secret } from '../../values/secret.ts'

/** Stands in the head of the file, for whoever opens it. Bytes are base64url. */
export type KeyNote =
  | {
      readonly kind: 'passphrase'
      readonly kdf: 'scrypt'
      readonly N: number
      readonly r: number
      readonly p: number
      readonly salt: string
    }
  | { readonly kind: 'recipient'; readonly scheme: 'x25519'; readonly ephemeral: string; readonly recipient: string }

/** `seal` is for the content, `head` proves the head; both are the caller's to erase. */
export type FileKey = { readonly seal: Uint8Array; readonly head: Uint8Array }
export type MadeKey = { readonly note: KeyNote; readonly key: FileKey }

/** About half a second and 128 MiB for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 }
/** What a file may ask for: beyond it, it asks for this machine's memory. */
const mostN = 2 ** 20

export async function keyOfPassphrase(passphrase: Secret, random: RandomBytes): Promise<MadeKey> {
  const salt = random(16)
  const note = { kind: 'passphrase', kdf: 'scrypt', ...cost, salt: text(salt) } as const
  return { note, key: await stretched(passphrase, salt, cost) }
}

/** The fault is the end of a sentence. */
export async function keyForRecipient(pem: string, random: RandomBytes): Promise<Result<MadeKey, string>> {
  const recipient = readKey(() => createPublicKey(pem))
  if (recipient === undefined || /PRIVATE/.test(pem)) return fault('is no X25519 public key in PEM')
  const ephemeral = x25519Of(random(32))
  const names = { ephemeral: text(spki(createPublicKey(ephemeral))), recipient: fingerprint(recipient) }
  const note = { kind: 'recipient', scheme: 'x25519', ...names } as const
  return ok({ note, key: await agreed({ privateKey: ephemeral, publicKey: recipient }, note) })
}

export type Opener = { readonly passphrase: Secret } | { readonly privateKey: Secret }

/** Of a head that nobody has proved yet. The fault is a sentence. */
export async function keyOfNote(note: KeyNote, opener: Opener): Promise<Result<FileKey, string>> {
  if (note.kind === 'passphrase') {
    if (!('passphrase' in opener)) return fault('The file was sealed with a passphrase, and a private key was given.')
    const { N, r, p, salt } = note
    if (N > mostN || N < 2 ** 14 || (N & (N - 1)) !== 0 || r !== 8 || p < 1 || p > 4)
      return fault(`The file asks for a cost of scrypt that no export has (N ${N}, r ${r}, p ${p}).`)
    return ok(await stretched(opener.passphrase, Buffer.from(salt, 'base64url'), { N, r, p }))
  }
  if (!('privateKey' in opener)) return fault('The file was sealed for the owner of a key, and a passphrase was given.')
  const privateKey = readKey(() => createPrivateKey(opener.privateKey.expose()))
  if (privateKey === undefined)
    return fault('What was given is no X25519 private key in PEM (one without a passphrase).')
  const mine = fingerprint(createPublicKey(privateKey))
  if (mine !== note.recipient)
    return fault(`The file was sealed for the key ${note.recipient}, and this one is ${mine}.`)
  const publicKey = readKey(() =>
    createPublicKey({ key: Buffer.from(note.ephemeral, 'base64url'), format: 'der', type: 'spki' }),
  )
  if (publicKey === undefined) return fault('The head of the file is damaged.')
  return ok(await agreed({ privateKey, publicKey }, note))
}

async function stretched(
  passphrase: Secret,
  salt: Uint8Array,
  { N, r, p }: { readonly N: number; readonly r: number; readonly p: number },
): Promise<FileKey> {
  // the same passphrase is typed in other forms on other machines
  const typed = Buffer.from(passphrase.expose().normalize('NFKC'), 'utf8')
  const both = await new Promise<Buffer>((resolve, reject) => {
    scrypt(typed, salt, 64, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      typed.fill(0)
      if (error === null) resolve(key)
      else reject(error)
    })
  })
  return halves(both)
}

async function agreed(
  pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  { ephemeral, recipient }: { readonly ephemeral: string; readonly recipient: string },
): Promise<FileKey> {
  const shared = diffieHellman(pair)
  const both = await new Promise<ArrayBuffer>((resolve, reject) => {
    hkdf('sha256', shared, '', `sallyport keeper export 1 ${ephemeral} ${recipient}`, 64, (error, key) => {
      shared.fill(0)
      if (error === null) resolve(key)
      else reject(error)
    })
  })
  return halves(new Uint8Array(both))
}

const halves = (both: Uint8Array): FileKey => ({ seal: both.subarray(0, 32), head: both.subarray(32) })

function readKey(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read()
    return key.asymmetricKeyType === 'x25519' ? key : undefined
  } catch {
    return undefined // said by the caller
  }
}

/** RFC 8410 section 7: what stands before the 32 bytes of such a key. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex')

function x25519Of(bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([pkcs8Head, bytes])
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  } finally {
    key.fill(0)
    bytes.fill(0)
  }
}

const spki = (key: KeyObject): Uint8Array => key.export({ type: 'spki', format: 'der' })
const fingerprint = (key: KeyObject): string => createHash('sha256').update(spki(key)).digest('base64url').slice(0, 16)
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
