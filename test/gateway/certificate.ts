/** A certificate for 127.0.0.1 that a test makes for itself, and that is its own authority. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { secret } from '../../src/values/secret.ts'
import type { TlsMaterial } from '../../src/gateway/listeners/tls.ts'

export type TestCertificate = { readonly material: TlsMaterial; readonly pem: string; readonly fingerprint: string }

export function makeCertificate(commonName = 'sallyport test'): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const body = toBeSigned(commonName, publicKey.export({ type: 'spki', format: 'der' }))
  const whole = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)))
  const pem = `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    material: { cert: secret(pem), key: secret(key) },
    pem,
    fingerprint: createHash('sha256').update(whole).digest('hex'),
  }
}

/** TBSCertificate (RFC 5280 section 4.1) with the subject alternative names 127.0.0.1 and localhost. */
function toBeSigned(commonName: string, publicKey: Buffer): Buffer {
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))))
  const validity = sequence(time('200101000000Z'), time('491231235959Z'))
  const names = sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost')))
  const extensions = sequence(
    sequence(oid('551d11'), der(0x04, names)),
    sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
  )
  return sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, createHash('sha256').update(publicKey).digest().subarray(0, 8).fill(0x11, 0, 1)),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey,
    der(0xa3, extensions),
  )
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 255]), content])
}

const sequence = (...contents: Buffer[]): Buffer => der(0x30, ...contents)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content)
const time = (text: string): Buffer => der(0x17, Buffer.from(text))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
