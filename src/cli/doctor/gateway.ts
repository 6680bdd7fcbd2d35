/** Everything that the doctor looks at of the gateway. */
import type { Loaded } from '../../config/load.ts'
import type { GatewayConfiguration } from '../../gateway/configuration.ts'
import { usualPair } from '../demonstration/addresses.ts'
import { checkCredentials } from './credentials.ts'
import { checkDescriptors } from './descriptors.ts'
import { doubt, type Finding } from './finding.ts'
import { checkGatewayService } from './gateway-service.ts'
import { checkHealthTarget } from './health-target.ts'
import { checkPair, judgeAdmitted, type LeavesFrom } from './pair.ts'
import { checkProxied } from './proxied.ts'

/** Without a configuration file it is that of the demonstration; with one that declares no egress there is none. `owned`: one is running. */
export async function checkGateway(loaded: Loaded, owned: boolean): Promise<readonly Finding[]> {
  const { configuration, file } = loaded
  const { gateway } = configuration
  const isDeclared = gateway.egress.length > 0
  if (!isDeclared && !owned && file !== undefined) return await checkProxied(loaded)
  const service = await checkGatewayService(loaded, owned)
  return [
    ...service.findings,
    ...(isDeclared && !owned ? await checkHealthTarget(gateway, addressesOf(gateway)) : []),
    ...(await checkPair(loaded, service.leavesFrom ?? declared(gateway, file))),
    ...(gateway.egress.length === 1 ? [alone] : []),
    ...(owned ? [] : judgeAdmitted(gateway.admitted)), // a running one has been told, and knows more
    checkDescriptors(gateway),
    ...checkCredentials(gateway.clients),
    ...(await checkProxied(loaded)),
  ]
}

const alone = doubt(
  'pair',
  'only one egress is declared: when it is down nothing can leave',
  'Declare a second address in gateway.egress, and register it wherever the first is.',
)

const addressesOf = ({ egress }: GatewayConfiguration): string[] =>
  egress.flatMap((each) => ('address' in each ? [each.address] : []))

function declared({ egress }: GatewayConfiguration, file: string | undefined): LeavesFrom[] {
  if (egress.length === 0 && file === undefined) {
    return usualPair.map((address, i) => ({ name: i === 0 ? 'a' : 'b', address }))
  }
  return egress.flatMap((each) => {
    const address = each.public ?? ('address' in each ? each.address : undefined)
    return address === undefined ? [] : [{ name: each.name, address }]
  })
}
