/** HMAC-SHA256 (RFC 2104) from one-shot hashes: several times cheaper than a streaming Hmac object, which matters at four a redemption. */
import { hash, timingSafeEqual } from 'node:crypto'

export type Mac = (message: Uint8Array) => Buffer

const blockBytes = 64
const digestBytes = 32

/** A keyed function; the key's pads are prepared once. Keys longer than a block are hashed first, as the RFC says. */
export function macWith(key: Uint8Array): Mac {
  const short = key.length > blockBytes ? hash('sha256', key, 'buffer') : key
  const inner = Buffer.alloc(blockBytes, 0x36)
  const outer = Buffer.alloc(blockBytes + digestBytes, 0x5c)
  short.forEach((byte, i) => {
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  })
  return (message) => {
    const first = Buffer.allocUnsafe(blockBytes + message.length)
    first.set(inner)
    first.set(message, blockBytes)
    // text out of the hash is cheaper than a Buffer, and `binary` (latin1) is the text that copies as it is
    outer.write(hash('sha256', first, 'binary'), blockBytes, 'latin1')
    return Buffer.from(hash('sha256', outer, 'binary'), 'latin1')
  }
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

/** Base64url without padding of SHA-256 over the text: what a PKCE challenge is (SF-93). */
export function sha256Base64url(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Constant-time for texts of equal length; of different length they are unequal, and lengths are no secret here. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Constant-time whatever the lengths: both are hashed first. For secrets that a caller sends. */
export function sameSecret(a: string, b: string): boolean {
  return secretCheck(b)(a)
}

/** The same for one secret that is asked for often: its hash is made once. */
export function secretCheck(secret: string): (sent: string) => boolean {
  const expected = digest(secret)
  return (sent) => timingSafeEqual(digest(sent), expected)
}

const digest = (text: string): Buffer => Buffer.from(hash('sha256', text, 'binary'), 'latin1')
