/** What a gateway says of itself at its start, for the person who started it. */
import type { RunningGateway } from '../../gateway/gateway.ts'
import type { EgressView } from '../../gateway/egress/pool.ts'
import { table } from '../table.ts'
import { connectionUrl, shownConnectionUrl } from './connection-url.ts'
import { gatewayTokenFile } from './gateway-address.ts'
import type { GatewayRequest } from './gateway-request.ts'

/** Connection URLs without their passwords, but for one that was made just now; once in the life of the data the admin token. */
export function gatewayStartLines(request: GatewayRequest, gateway: RunningGateway): string[] {
  return [
    'Traffic leaves from:',
    ...table(gateway.views().map(egressRow)),
    ...connectionLines(request, gateway.url),
    adminTokenLine(request, gateway),
  ]
}

const egressRow = ({ name, through, state, publicIs, public: seen }: EgressView): string[] => [
  '',
  name,
  through,
  state,
  seen === undefined || seen === through ? '' : `seen as ${seen} (${publicIs})`,
]

function connectionLines({ configuration, ownClient }: GatewayRequest, url: string): string[] {
  if (ownClient === undefined) {
    const rows = configuration.clients.map(({ name, username }) => ['', name, shownConnectionUrl(url, username)])
    return ['Connection URLs, with the password of the configuration in the place of the dots:', ...table(rows)]
  }
  const { client, isNew, file } = ownClient
  if (!isNew) {
    return [
      `Connection URL: ${shownConnectionUrl(url, client.username)}`,
      `  The password is kept in ${file} by an earlier start.`,
    ]
  }
  const kept =
    file === undefined ? 'It ends with this process.' : `The password is kept in ${file} and is not printed again.`
  return [`Connection URL: ${connectionUrl(url, client.username, client.password)}`, `  ${kept}`]
}

/** The words are those of an org's line, with the name of the system in it. */
function adminTokenLine({ storage }: GatewayRequest, { adminToken: { token, origin } }: RunningGateway): string {
  const file = gatewayTokenFile(storage)
  switch (origin) {
    case 'given':
      return 'Admin token of the gateway: as given in SALLYPORT_ADMIN_TOKEN.'
    case 'kept':
      return `Admin token of the gateway: kept in ${file} by an earlier start.`
    case 'new': {
      const kept = file === undefined ? 'It ends with this process.' : `It is kept in ${file} and is not printed again.`
      return `Admin token of the gateway: ${token.expose()}\n  ${kept}`
    }
  }
}
