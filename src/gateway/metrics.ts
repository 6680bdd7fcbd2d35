/** Figures for Prometheus; of one gateway, with a bounded number of series. */
import { exposition, expositionType, type Distribution, type Figure } from '../documents/exposition.ts'
import { readFigures, type MetricsParts } from './metrics-read.ts'
import { openTally } from './metrics-tally.ts'
import { processFigures } from './process-figures.ts'
import type { LiveTunnel, TunnelEnd } from './tunnel.ts'

export type GatewayMetrics = {
  readonly tunnelEnded: (tunnel: LiveTunnel, end: TunnelEnd) => void
  /** Every refusal, whether it came before there was a tunnel or instead of one. */
  readonly refused: (code: string) => void
  readonly exposition: () => { readonly contentType: string; readonly text: string }
}

/** For who composes the gateway. */
export type OpenedMetrics = GatewayMetrics & {
  /** Dialled. */
  readonly tunnelStarted: (tunnel: LiveTunnel) => void
}

/** What is dialled answers within milliseconds in its own region, and within the deadline of a dial at the latest. */
const dialBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Of one figure, by labels that the configuration or an admin names; what comes beyond is `other`. */
const mostSeries = 2_000

export function openMetrics(parts: MetricsParts): OpenedMetrics {
  const tunnels = openTally(
    { name: 'sallyport_gateway_tunnels_total', help: 'Tunnels that have ended, by egress and how.' },
    { labels: ['egress', 'outcome'], most: mostSeries },
  )
  const refusals = openTally(
    { name: 'sallyport_gateway_refusals_total', help: 'Tunnels and requests that were refused, by reason.' },
    { labels: ['code'], most: 100 },
  )
  const dials = openDials()
  const figures = [tunnels.figure, refusals.figure, dials.figure, ...readFigures(parts), ...processFigures]
  return {
    tunnelStarted({ dialled }) {
      if (dialled !== undefined) dials.observe(dialled.dialMs / 1000)
    },
    tunnelEnded: ({ dialled }, end) => tunnels.count(dialled?.egress ?? 'none', outcomeOf(end)),
    refused: (code) => refusals.count(code, ''),
    exposition: () => ({ contentType: expositionType, text: exposition(figures) }),
  }
}

function openDials(): { readonly observe: (seconds: number) => void; readonly figure: Figure } {
  const counts = [...dialBuckets, Infinity].map(() => 0)
  let sum = 0
  return {
    observe(seconds) {
      const bucket = dialBuckets.findIndex((bound) => seconds <= bound)
      const at = bucket === -1 ? dialBuckets.length : bucket
      counts[at] = (counts[at] ?? 0) + 1
      sum += seconds
    },
    figure: {
      kind: 'histogram',
      name: 'sallyport_gateway_dial_seconds',
      help: 'From the choice of an egress to the connection, of dials that succeeded.',
      read: (): Distribution => ({ bounds: dialBuckets, counts, sum }),
    },
  }
}

function outcomeOf(end: TunnelEnd): string {
  switch (end.kind) {
    case 'closed':
    case 'refused':
      return end.kind
    case 'cut':
      return end.why
    case 'broken':
      return `broken-by-${end.side}`
  }
}
