/** Tables of the proxy bench. */
import { spread, summarise, type Round } from '../run/summary.ts'
import { decimals, table } from '../run/table.ts'
import type { Goal, Results } from './goals.ts'

/** A flood is counted in megabytes, both ways together; everything else in set-ups or replies. */
export function loadTable(
  measure: string,
  rounds: readonly Round[],
  compare: (rounds: readonly Round[], peer: string) => Pick<Goal, 'reached' | 'by'> | undefined,
): string {
  const flood = measure === 'flood'
  const heading = [
    ...['subject', flood ? 'MB/s' : 'per second', 'min', 'max', 'p50 ms', 'p99 ms', 'server cpu'],
    ...[flood ? 'cpu s a GB' : 'cpu µs each', 'load cpu', 'others', 'n', 'errors', 'ours / it', 'by'],
  ]
  const rows = Object.entries(summarise(rounds)).map(([subject, each]) => {
    const cost = each.perServerCpuSecond === null ? undefined : (flood ? 1e3 : 1e6) / each.perServerCpuSecond.median
    const compared = compare(rounds, subject)
    return [
      subject,
      ...[each.perSecond.median, each.perSecond.min, each.perSecond.max].map((value) => decimals(value, 0)),
      ...[each.p50.median, each.p99.median].map((value) => (flood ? '-' : decimals(value, 2))),
      ...[decimals(each.serverCpu?.median, 2), decimals(cost, flood ? 2 : 0), decimals(each.loadCpu.median, 2)],
      ...[decimals(each.othersCpu?.max, 2), String(each.n), String(each.errors)],
      ...[decimals(compared?.reached, 2), compared?.by ?? '-'],
    ]
  })
  return table([heading, ...rows])
}

export function memoryTable(idle: Results['idle']): string {
  const groups = Map.groupBy(idle, ({ subject, memory }) => `${subject}, ${memory.tunnels} tunnels`)
  const megabytes = (bytes: readonly number[]): string => decimals(spread(bytes).median / 1e6, 1)
  const rows = [...groups].map(([what, group]) => {
    const each = spread(group.map(({ memory }) => memory.bytesPerTunnel / 1000))
    return [
      what,
      ...[each.median, each.min, each.max].map((value) => decimals(value, 1)),
      megabytes(group.map(({ memory }) => memory.before)),
      megabytes(group.map(({ memory }) => memory.with)),
    ]
  })
  return table([['subject', 'kB a tunnel', 'min', 'max', 'MB before', 'MB with them'], ...rows])
}
