/** A number from 0 to 1 that is always the same for the same connection: so that what was authorized together does not fall due together. */
import { hash } from 'node:crypto'
import type { ConnectionKey } from '../connection-key.ts'

export function lotOf({ tenant, id }: ConnectionKey): number {
  const digest = hash('sha256', JSON.stringify([tenant, id]), 'buffer')
  return digest.readUInt32BE(0) / 2 ** 32
}
