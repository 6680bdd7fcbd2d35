/** Where the gateway of this installation answers, and with which token its admin API is opened. */
import { join } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import { listenAddress } from '../../documents/formats.ts'
import { adminTokenFileName } from '../../gateway/admin-token.ts'
import { openAdminClient, type AdminClient } from '../admin-client.ts'
import { wrongUsage } from '../complaint.ts'
import { findAdminToken, urlOf } from '../org-address.ts'
import { dataFolder } from '../settings.ts'

/** Undefined for a store in memory. `storage` has an absolute path. */
export function gatewayTokenFile(storage: string): string | undefined {
  const folder = dataFolder(storage)
  return folder === undefined ? undefined : join(folder, adminTokenFileName)
}

/** Throws a Complaint where its port is not known, or there is no token. */
export function gatewayAdmin(loaded: Loaded): AdminClient {
  const { listen } = loaded.configuration.gateway.admin
  const address = listenAddress(listen)
  if (address === undefined) throw new Error(`gateway.admin.listen was not validated: ${listen}`)
  if (address.port === 0) {
    throw wrongUsage(
      'gateway.admin.listen has port 0, so the gateway is not found by it.',
      'Set SALLYPORT_GATEWAY_ADMIN_LISTEN to where it listens.',
    )
  }
  const service = { name: 'gateway', next: ['sallyport gateway'] }
  return openAdminClient(urlOf(address), findAdminToken(loaded, adminTokenFileName), service)
}
