/** Figures for Prometheus. */
import type { LiveTunnel, TunnelEnd } from './tunnel.ts'

export type GatewayMetrics = {
  readonly tunnelEnded: (tunnel: LiveTunnel, end: TunnelEnd) => void
  /** A refusal that came before there was a tunnel: credentials, header. */
  readonly refused: (code: string) => void
  readonly exposition: () => Promise<{ readonly contentType: string; readonly text: string }>
}
