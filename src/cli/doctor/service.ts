/** The port of the org, and the org behind it where one runs. */
import type { Loaded } from '../../config/load.ts'
import { openAdminClient } from '../admin-client.ts'
import { findAdminToken, findOrgUrl } from '../org-address.ts'
import { orgListening } from '../serve-org.ts'
import { doubt, fine, type Finding } from './finding.ts'
import { asFindings, portState } from './port.ts'

/** `owned`: some process has the store open, so an org is expected to answer. */
export async function checkService(loaded: Loaded, owned: boolean): Promise<readonly Finding[]> {
  const { listen } = loaded.configuration.org
  const port = await portState('port', orgListening(listen))
  switch (port.kind) {
    case 'any':
      return owned ? [unknownPort()] : []
    case 'free':
      return owned
        ? [doubt('port', `${listen} is free although the store is in use`, 'Give commands its address: --org URL')]
        : [fine('port', `${listen} is free`)]
    case 'in use':
      return owned ? await asFindings('admin API', () => askAdmin(loaded)) : port.findings
    case 'impossible':
      return port.findings
  }
}

const unknownPort = (): Finding =>
  doubt('port', 'org.listen has port 0, so the running org is not found by it', 'Give commands its address: --org URL')

async function askAdmin(loaded: Loaded): Promise<Finding[]> {
  const url = findOrgUrl(loaded, undefined)
  await openAdminClient(url, findAdminToken(loaded)).ask('GET', '/apps')
  return [fine('admin API', `${url}/admin/v1 answers`)]
}
