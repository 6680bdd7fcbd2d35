/** Whether the addresses that traffic shall leave from can be bound on this machine. */
import { createServer } from 'node:net'
import type { Loaded } from '../../config/load.ts'
import { usualPair } from '../demonstration/addresses.ts'
import { failure, fine, type Finding } from './finding.ts'

type Egress = { readonly address: string; readonly what: string }

/** Without a configuration file the demonstration's addresses are looked at, since that is what `up` would show. */
export async function checkAddresses({ configuration, file }: Loaded): Promise<Finding[]> {
  const egresses: Egress[] = configuration.gateway.egress.flatMap((each) =>
    'address' in each ? [{ address: each.address, what: `egress ${each.name}` }] : [],
  )
  const shown = file === undefined ? usualPair.map((address) => ({ address, what: 'demonstration' })) : []
  return await Promise.all([...egresses, ...shown].map(checkAddress))
}

async function checkAddress({ address, what }: Egress): Promise<Finding> {
  const cause = await bindingFault(address)
  if (cause === undefined) return fine('egress', `${address} (${what}) can be bound`)
  return failure('egress', `${address} (${what}) cannot be bound: ${cause}`, ...bindingAdvice(address))
}

/** Linux has all of 127.0.0.0/8; other systems have 127.0.0.1 until told otherwise. */
export function bindingAdvice(address: string): string[] {
  if (!address.startsWith('127.')) return ['ip address show', `Give this machine ${address}, or name another address.`]
  return process.platform === 'darwin'
    ? [`sudo ifconfig lo0 alias ${address}`]
    : [`sudo ip address add ${address}/8 dev lo`]
}

/** Undefined where it can be bound. */
export async function bindingFault(address: string): Promise<string | undefined> {
  const server = createServer()
  const bound = Promise.withResolvers<string | undefined>()
  server.once('error', (cause) => bound.resolve('code' in cause ? String(cause.code) : cause.message))
  server.listen({ host: address, port: 0 }, () => bound.resolve(undefined))
  const fault = await bound.promise
  if (fault === undefined) await new Promise((resolve) => server.close(resolve))
  return fault
}
