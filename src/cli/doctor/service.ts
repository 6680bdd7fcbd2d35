/** The port of the org, and the org behind it where one runs. */
import { createServer } from 'node:net'
import type { Loaded } from '../../config/load.ts'
import { listenAddress } from '../../documents/formats.ts'
import { openAdminClient } from '../admin-client.ts'
import { findAdminToken, findOrgUrl } from '../org-address.ts'
import { Complaint } from '../complaint.ts'
import { complaintOf } from '../complaint-of.ts'
import { orgListening } from '../serve-org.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'

/** `owned`: some process has the store open, so an org is expected to answer. */
export async function checkService(loaded: Loaded, owned: boolean): Promise<Finding[]> {
  const { listen } = loaded.configuration.org
  const address = listenAddress(listen)
  if (address === undefined || address.port === 0) return owned ? [unknownPort()] : []
  const cause = await listeningFault(address)
  if (cause === undefined) {
    return owned
      ? [doubt('port', `${listen} is free although the store is in use`, 'Give commands its address: --org URL')]
      : [fine('port', `${listen} is free`)]
  }
  if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE' && owned) return await checkAdmin(loaded)
  const { troubles } =
    complaintOf(cause, orgListening(listen)) ??
    new Complaint([{ means: cause instanceof Error ? cause.message : 'the port cannot be looked at', next: [] }])
  return troubles.map(({ means, next }) => failure('port', means, ...next))
}

const unknownPort = (): Finding =>
  doubt('port', 'org.listen has port 0, so the running org is not found by it', 'Give commands its address: --org URL')

async function listeningFault(address: { readonly host: string; readonly port: number }): Promise<unknown> {
  const server = createServer()
  const bound = Promise.withResolvers<unknown>()
  server.once('error', bound.resolve)
  server.listen(address, () => bound.resolve(undefined))
  const fault = await bound.promise
  if (fault === undefined) await new Promise((resolve) => server.close(resolve))
  return fault
}

async function checkAdmin(loaded: Loaded): Promise<Finding[]> {
  const url = findOrgUrl(loaded, undefined)
  try {
    const client = openAdminClient(url, findAdminToken(loaded))
    await client.ask('GET', '/apps')
    return [fine('admin API', `${url}/admin/v1 answers`)]
  } catch (cause) {
    const expected = complaintOf(cause)
    if (expected === undefined) throw cause
    return expected.troubles.map(({ means, next }) => failure('admin API', means, ...next))
  }
}
