/** The two ports of the gateway, and the gateway behind them where one runs: what it says of each egress. */
import type { Loaded } from '../../config/load.ts'
import { isRecord } from '../../documents/words.ts'
import type { AdminClient } from '../admin-client.ts'
import { gatewayAdmin } from '../gateway/gateway-address.ts'
import { adminListening, proxyListening } from '../gateway/serve-gateway.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'
import type { LeavesFrom } from './pair.ts'
import { asFindings, portState } from './port.ts'

export type GatewayService = {
  readonly findings: readonly Finding[]
  /** Of a running gateway, by their public addresses; undefined where none told. */
  readonly leavesFrom: readonly LeavesFrom[] | undefined
}

/** `owned`: some process has its store open, so a gateway is expected to answer. */
export async function checkGatewayService(loaded: Loaded, owned: boolean): Promise<GatewayService> {
  const { listen, admin } = loaded.configuration.gateway
  if (!owned) {
    const proxy = await freePort('gateway port', listen, proxyListening(listen))
    return {
      findings: [...proxy, ...(await freePort('gateway port', admin.listen, adminListening(admin.listen)))],
      leavesFrom: undefined,
    }
  }
  const port = await portState('gateway admin API', adminListening(admin.listen))
  if (port.kind === 'free') {
    const says = `${admin.listen} is free although the store of the gateway is in use`
    return { findings: [doubt('gateway admin API', says, elsewhere)], leavesFrom: undefined }
  }
  let leavesFrom: readonly LeavesFrom[] | undefined
  const findings = await asFindings('gateway admin API', async () => {
    const client = gatewayAdmin(loaded)
    const egresses = await askEgresses(client)
    leavesFrom = egresses.flatMap(({ name, address }) => (address === undefined ? [] : [{ name, address }]))
    return [...egresses.map(egressFinding), ...(await askHalves(client))]
  })
  return { findings, leavesFrom }
}

const elsewhere = 'Set SALLYPORT_GATEWAY_ADMIN_LISTEN to where it listens.'

async function freePort(
  check: string,
  listen: string,
  listening: Parameters<typeof portState>[1],
): Promise<readonly Finding[]> {
  const port = await portState(check, listening)
  switch (port.kind) {
    case 'any':
      return []
    case 'free':
      return [fine(check, `${listen} is free`)]
    case 'in use':
    case 'impossible':
      return port.findings
  }
}

type Seen = {
  readonly name: string
  /** Public. */
  readonly address: string | undefined
  readonly state: string
  readonly why: string
}

async function askEgresses(admin: AdminClient): Promise<Seen[]> {
  const { body } = await admin.ask('GET', '/egress')
  return recordsIn(body, 'egress').map((each) => ({
    name: textOf(each['name']) ?? '',
    address: textOf(each['public']),
    state: textOf(each['state']) ?? '',
    why: textOf(each['why']) ?? '',
  }))
}

/** Allowlists of which the gateway has been told that they hold one address and not the other (L-61). */
async function askHalves(admin: AdminClient): Promise<Finding[]> {
  const { body } = await admin.ask('GET', '/admissions')
  return recordsIn(body, 'warnings').map((each) => {
    const [destination, egress, label] = [textOf(each['destination']), textOf(each['egress']), textOf(each['label'])]
    const whose = label === undefined ? '' : ` of ${label}`
    const is = each['is'] === 'refused' ? 'refuses' : 'is not known to admit'
    const says = `the allowlist${whose} at ${destination} holds the address of another egress and ${is} ${egress}`
    return doubt('pair', says, 'Register its address there as well, then tell: PUT /admin/v1/admissions')
  })
}

const recordsIn = (body: unknown, name: string): Readonly<Record<string, unknown>>[] =>
  isRecord(body) && Array.isArray(body[name]) ? body[name].filter(isRecord) : []

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function egressFinding({ name, address, state, why }: Seen): Finding {
  const says = `egress ${name}${address === undefined ? '' : `, seen as ${address},`} is ${state}: ${why}`
  switch (state) {
    case 'up':
    case 'standby':
      return fine('running gateway', says)
    case 'starting':
    case 'draining':
      return doubt('running gateway', says)
    default:
      return failure('running gateway', says, 'Until it is up again, tunnels go by the others.')
  }
}
