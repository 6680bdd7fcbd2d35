/** The demonstration's gateway: the pair that the org's allowlist holds, behind one connection URL, with the org as its one destination. */
import { parseAddress } from '../../ip/address.ts'
import type { EgressConfiguration, GatewayConfiguration } from '../../gateway/configuration.ts'
import type { Secret } from '../../values/secret.ts'
import { hasFreePort } from '../gateway/gateway-request.ts'
import type { ChosenAddresses } from './addresses.ts'

export const demonstrationProxyUser = 'demo'

export type GatewayPlace = {
  /** The org's. */
  readonly url: string
  /** Of the org; where its port is free, so are those of the gateway. */
  readonly listen: string
  readonly addresses: ChosenAddresses
  readonly password: Secret
}

/** What the environment says of the gateway stays, but for what the demonstration is made of. */
export function demonstrationGateway(base: GatewayConfiguration, place: GatewayPlace): GatewayConfiguration {
  const { url, listen, addresses, password } = place
  const destinations = destinationsOf(url)
  const egress = addresses.pair.map(egressOf)
  const refused = egress.filter((_, i) => addresses.unlisted.includes(addresses.pair[i] ?? '')).map(({ name }) => name)
  return {
    ...base,
    listen: portLike(listen, base.listen),
    admin: { listen: portLike(listen, base.admin.listen) },
    egress,
    healthCheck: { ...base.healthCheck, target: destinations.at(-1) ?? base.healthCheck.target },
    allow: [...base.allow, ...destinations],
    admitted: destinations.map((destination) => ({ destination, confirmed: [], refused })),
    clients: [{ name: 'demonstration', username: demonstrationProxyUser, password, mayPin: true, connections: 1000 }],
  }
}

const egressOf = (address: string, i: number): EgressConfiguration => ({
  name: i === 0 ? 'a' : 'b',
  address,
  confirm: 'on',
})

/** The literal address lifts the rule that denies the loopback; a name never does (L-78), so it has its rule beside it. */
function destinationsOf(url: string): string[] {
  const { hostname, port } = new URL(url)
  const isLiteral = hostname.startsWith('[') || parseAddress(hostname).ok
  return isLiteral ? [`${hostname}:${port}`] : [`${hostname}:${port}`, `127.0.0.1:${port}`]
}

/** Where the org takes a free port, nothing here insists on one. */
export const portLike = (listen: string, own: string): string =>
  hasFreePort(listen) ? own.replace(/:\d+$/, ':0') : own
