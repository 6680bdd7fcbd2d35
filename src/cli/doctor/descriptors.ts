/** Whether the process may open as many sockets as the clients of the gateway may want: two a tunnel. */
import { isRecord } from '../../documents/words.ts'
import type { GatewayConfiguration } from '../../gateway/configuration.ts'
import { doubt, fine, type Finding } from './finding.ts'

const aTunnel = 2
/** Listeners, store, log, probes, and connections that are not tunnels yet. */
const besides = 250

export function checkDescriptors({ clients }: GatewayConfiguration): Finding {
  return judgeDescriptors(descriptorLimit(), clients)
}

/** `limit` undefined: the system sets none. */
export function judgeDescriptors(limit: number | undefined, clients: GatewayConfiguration['clients']): Finding {
  if (limit === undefined) return fine('descriptors', 'the number of open files is not limited')
  const tunnels = Math.max(0, Math.floor((limit - besides) / aTunnel))
  const wanted = clients.reduce((sum, { connections }) => sum + connections, 0)
  const says = `${limit} open files are enough for ${tunnels} tunnels at one time`
  if (wanted <= tunnels) return fine('descriptors', says)
  return doubt(
    'descriptors',
    `${says}; gateway.clients may hold ${wanted}`,
    `ulimit -n ${wanted * aTunnel + besides}`,
    'In a unit of systemd: LimitNOFILE=; or lower connections of the clients.',
  )
}

/** As the process has it: Node raises the soft limit to the hard one by itself. */
function descriptorLimit(): number | undefined {
  Object.assign(process.report, { excludeNetwork: true }) // it would look up names
  const report: unknown = process.report.getReport()
  const limits = isRecord(report) ? report['userLimits'] : undefined
  const files = isRecord(limits) ? limits['open_files'] : undefined
  const soft = isRecord(files) ? Number(files['soft']) : Number.NaN
  return Number.isFinite(soft) ? soft : undefined
}
