/** A number from 0 to 1 that is always the same for the same connection: so that what was authorized together does not fall due together. */
import { hash } from 'node:crypto'
import type { RandomBytes } from '../../values/domain.ts'
import type { ConnectionKey } from '../connection-key.ts'

export function lotOf({ tenant, id }: ConnectionKey): number {
  const digest = hash('sha256', JSON.stringify([tenant, id]), 'buffer')
  return digest.readUInt32BE(0) / 2 ** 32
}

/** Another one each time, 0 to 1. */
export function jitterOf({ random }: { readonly random: RandomBytes }): number {
  const [high = 0, low = 0] = random(2)
  return (high * 256 + low) / 65_535
}
