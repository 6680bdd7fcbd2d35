/** Everything that the doctor looks at of the keeper: keys, vault, spool, port, and the way out. Nothing is made, and nothing is changed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import type { KeeperOptions } from '../../keeper/keeper-face.ts'
import { openKeyring, type HeldKeyring, type KeyringParts } from '../../keeper/vault/keyring.ts'
import { demonstrationKeyring } from '../demonstration/names.ts'
import { keeperClient } from '../keeper/keeper-address.ts'
import { findWayOut, keyringOf } from '../keeper/keeper-request.ts'
import { keeperListening } from '../keeper/serve-keeper.ts'
import { dataFolder, storageFrom } from '../settings.ts'
import { failure, fine, type Finding } from './finding.ts'
import { asFindings, portState } from './port.ts'
import { checkProxy } from './proxied.ts'
import { checkSpool, readVault, type Vault } from './vault.ts'

/** Empty where no keeper is configured, and none has ever run here. */
export async function checkKeeper(loaded: Loaded, parts: KeyringParts): Promise<readonly Finding[]> {
  const { configuration, folder: from } = loaded
  const { apps, proxy, direct } = configuration.keeper
  const folder = dataFolder(storageFrom(configuration.storage, from))
  const isConfigured = apps.length > 0 || proxy !== undefined || direct
  if (folder === undefined || (!isConfigured && !existsSync(join(folder, 'keeper.db')))) return []
  const vault = readVault(folder)
  return [
    ...vault.findings,
    ...(await asFindings(
      'keyring',
      async () => await checkKeyring(isConfigured ? keyringOf(loaded) : placeOf(loaded, folder), vault, parts),
    )),
    checkSpool(folder),
    ...(await checkPort(loaded)),
    ...(isConfigured ? await checkWayOut(loaded) : []),
  ]
}

/** Where no keeper is configured, the vault is that of the demonstration, whose keyring lies with its other files. */
function placeOf(loaded: Loaded, folder: string): KeeperOptions['keyring'] {
  const own = join(folder, demonstrationKeyring)
  return existsSync(own) ? { file: own } : keyringOf(loaded)
}

async function checkKeyring(
  place: KeeperOptions['keyring'],
  { keyNames }: Vault,
  parts: KeyringParts,
): Promise<Finding[]> {
  const check = 'keyring'
  if ('wrap' in place) return []
  if ('text' in place) return judgeKeys(place.name, await openKeyring({ kind: 'text', ...place }, parts), keyNames)
  const path = place.file
  if (!existsSync(path) && keyNames.length === 0)
    return [fine(check, `${path} does not exist yet; the first start makes it`)]
  return judgeKeys(path, await openKeyring({ kind: 'file', path, vaultIsNew: false }, parts), keyNames)
}

function judgeKeys(where: string, keyring: HeldKeyring, needed: readonly string[]): Finding[] {
  const held = new Set(keyring.keys().map(({ id }) => id))
  const missing = needed.filter((id) => !held.has(id))
  if (missing.length === 0)
    return [fine('keyring', `${where} is for its owner alone, and has every key that the vault needs`)]
  const says = `the vault holds secrets under ${missing.join(', ')}, which ${where} does not have: it is another keyring, or an older copy`
  return [failure('keyring', says, 'Put the keyring back that was in use with this vault.')]
}

async function checkPort(loaded: Loaded): Promise<readonly Finding[]> {
  const check = 'keeper port'
  const { listen } = loaded.configuration.keeper
  const port = await portState(check, keeperListening(listen))
  switch (port.kind) {
    case 'any':
      return []
    case 'free':
      return [fine(check, `${listen} is free`)]
    case 'impossible':
      return port.findings
    case 'in use':
      return await asFindings(check, async () => {
        const keeper = keeperClient(loaded)
        await keeper.ask('GET', '/connections?limit=1')
        return [fine(check, `the keeper at ${keeper.url} answers`)]
      })
  }
}

/** What the environment says of proxies has a check of its own. */
async function checkWayOut({ configuration: { keeper } }: Loaded): Promise<readonly Finding[]> {
  const check = 'keeper way out'
  const way = findWayOut(keeper)
  if (way === undefined) {
    const says = 'nothing says by which way calls to Salesforce leave, so the keeper does not start (L-70)'
    return [failure(check, says, 'export SALLYPORT_GATEWAY_URL=http://USER:PASSWORD@127.0.0.1:9293')]
  }
  if (way.proxy === 'direct') return [fine(check, 'calls to Salesforce leave directly, as keeper.direct says')]
  return [await checkProxy(check, { name: way.from, url: way.proxy })]
}
