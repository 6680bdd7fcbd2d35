/** The checksum of Castagnoli (RFC 3720 appendix B.4), which the PROXY protocol uses; node:zlib has the other one. */

const polynomial = 0x82f6_3b78 // reflected

/** Unsigned 32 bits. Bit by bit: a header is some hundred bytes, and one a connection. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffff_ffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1
  }
  return ~sum >>> 0
}
