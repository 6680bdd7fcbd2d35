/** Whether a service could listen where it is told to. */
import { createServer } from 'node:net'
import { listenAddress } from '../../documents/formats.ts'
import { Complaint } from '../complaint.ts'
import { complaintOf, type Listening } from '../complaint-of.ts'
import { failure, type Finding } from './finding.ts'

export type PortState =
  /** Port 0: any free one, which only the service knows. */
  | { readonly kind: 'any' }
  | { readonly kind: 'free' }
  /** By a service of this installation, or by another program: `findings` fit the latter. */
  | { readonly kind: 'in use'; readonly findings: readonly Finding[] }
  | { readonly kind: 'impossible'; readonly findings: readonly Finding[] }

export async function portState(check: string, listening: Listening): Promise<PortState> {
  const address = listenAddress(listening.listen)
  if (address === undefined || address.port === 0) return { kind: 'any' }
  const cause = await listeningFault(address)
  if (cause === undefined) return { kind: 'free' }
  const { troubles } =
    complaintOf(cause, listening) ??
    new Complaint([{ means: cause instanceof Error ? cause.message : 'the port cannot be looked at', next: [] }])
  const findings = troubles.map(({ means, next }) => failure(check, means, ...next))
  const inUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
  return { kind: inUse ? 'in use' : 'impossible', findings }
}

async function listeningFault(address: { readonly host: string; readonly port: number }): Promise<unknown> {
  const server = createServer()
  const bound = Promise.withResolvers<unknown>()
  server.once('error', bound.resolve)
  server.listen(address, () => bound.resolve(undefined))
  const fault = await bound.promise
  if (fault === undefined) await new Promise((resolve) => server.close(resolve))
  return fault
}

/** What a command found out by asking, or the complaint with which it was refused as findings. */
export async function asFindings(check: string, ask: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await ask()
  } catch (cause) {
    const expected = complaintOf(cause)
    if (expected === undefined) throw cause
    return expected.troubles.map(({ means, next }) => failure(check, means, ...next))
  }
}
