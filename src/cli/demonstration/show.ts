/** What `up` does once its demonstration runs: a fresh grant, and the commands that show what it is for. */
import { listenAddress } from '../../documents/formats.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { defaultStorage } from '../../config/schema.ts'
import { defaultOrgConfiguration } from '../../org/configuration.ts'
import { writePrivateFile } from '../../org/private-file.ts'
import { join } from 'node:path'
import { openAdminClient } from '../admin-client.ts'
import { readList, type StoredList } from '../allowlist/list-of-app.ts'
import { Complaint, printWarning } from '../complaint.ts'
import { bindingAdvice, bindingFault } from '../doctor/addresses.ts'
import { urlOf } from '../org-address.ts'
import { shellWord } from '../self.ts'
import { storageFrom } from '../settings.ts'
import type { OrgRequest, StartedOrg } from '../start-org.ts'
import type { Terminal } from '../terminal.ts'
import { chooseAddresses, type ChosenAddresses } from './addresses.ts'
import { writeDemonstrationCommands, type DemonstrationPlace } from './commands.ts'
import type { Demonstration } from './files.ts'
import { obtainRefreshToken } from './grant.ts'
import { demonstrationApp } from './names.ts'
import { demonstrationText } from './text.ts'

export type Show = {
  readonly org: StartedOrg
  readonly demonstration: Demonstration
  readonly random: RandomBytes
  readonly request: OrgRequest
}

export async function showDemonstration(terminal: Terminal, show: Show): Promise<void> {
  const { org, demonstration, request } = show
  const list = await currentList(org)
  const addresses = chooseAddresses(list?.list.rows ?? [])
  const place = { url: org.url, addresses, explain: explainWords(show) }
  const commands = await writeDemonstrationCommands(demonstration, place)
  await warnOfAddresses(terminal, addresses)
  if (list?.enforce === false) printWarning(terminal, notEnforced)
  await grantAfresh(terminal, show, addresses.allowed)
  for (const line of demonstrationText(terminal.paint, { org, request, demonstration, commands })) terminal.out(line)
}

/** The list as it is now: what someone changed through the admin API outlives the start. */
async function currentList({ url, adminToken }: StartedOrg): Promise<StoredList | undefined> {
  try {
    return await readList(openAdminClient(url, { token: adminToken, from: 'this start' }), demonstrationApp)
  } catch (cause) {
    if (cause instanceof Complaint) return undefined // the app may be gone; the grant below says so
    throw cause
  }
}

async function grantAfresh(terminal: Terminal, show: Show, from: string): Promise<void> {
  const { org, demonstration, random } = show
  const granted = await obtainRefreshToken({ url: org.url, from, demonstration, random })
  if (granted.ok) return await writePrivateFile(join(demonstration.folder, 'refresh-token'), granted.value)
  const means = `There is no fresh grant for the demonstration: ${granted.fault}.`
  printWarning(terminal, { means, next: ['sallyport up --reapply'] })
}

/** Without an alias of the loopback, macOS and others bind 127.0.0.1 alone. */
async function warnOfAddresses(terminal: Terminal, { allowed, wrong }: ChosenAddresses): Promise<void> {
  for (const address of [allowed, wrong]) {
    const cause = await bindingFault(address)
    if (cause === undefined) continue
    const means = `${address} cannot be bound here (${cause}), so the commands that use it will fail.`
    printWarning(terminal, { means, next: bindingAdvice(address) })
  }
}

const notEnforced = {
  means: `The allowlist of ${demonstrationApp} is not enforced any more, so no address is refused.`,
  next: ['sallyport up --reapply'],
}

/** In another terminal only the defaults hold, since there is no configuration file: whatever this start was told otherwise has to be said. */
function explainWords({ org, request }: Show): DemonstrationPlace['explain'] {
  const listen = listenAddress(defaultOrgConfiguration().listen)
  return {
    before:
      request.storage === storageFrom(defaultStorage, process.cwd())
        ? ''
        : `SALLYPORT_STORAGE=${shellWord(request.storage)}`,
    after: listen !== undefined && urlOf(listen) === org.url ? '' : `--org ${org.url}`,
  }
}
