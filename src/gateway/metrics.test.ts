import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakePool } from '../../test/gateway/admin-api.ts'
import { tunnelOf } from '../../test/gateway/metered.ts'
import { openMetrics } from './metrics.ts'

const noMeter = { totals: () => [], unstoredBytes: () => 0, plans: () => [] }
const open = () => openMetrics({ pool: fakePool(), meter: noMeter })
const text = (metrics: ReturnType<typeof open>): string => metrics.exposition().text

describe('metrics', () => {
  test('count tunnels by egress and outcome, refusals by reason, and dials by duration', () => {
    const metrics = open()
    const tunnel = tunnelOf('app', 'a')
    metrics.tunnelStarted(tunnel)
    metrics.tunnelEnded(tunnel, { kind: 'closed' })
    metrics.tunnelEnded(tunnel, { kind: 'cut', why: 'idle' })
    metrics.tunnelEnded(tunnel, { kind: 'broken', side: 'destination', code: 'ECONNRESET' })
    metrics.refused('DRAINING')
    metrics.refused('DRAINING')
    for (const figures of [text(metrics), text(metrics)])
      for (const line of [
        'sallyport_gateway_tunnels_total{egress="a",outcome="closed"} 1',
        'sallyport_gateway_tunnels_total{egress="a",outcome="idle"} 1',
        'sallyport_gateway_tunnels_total{egress="a",outcome="broken-by-destination"} 1',
        'sallyport_gateway_refusals_total{code="DRAINING"} 2',
        'sallyport_gateway_dial_seconds_bucket{le="0.005"} 1',
        'sallyport_gateway_dial_seconds_bucket{le="0.0025"} 0',
        'sallyport_gateway_dial_seconds_bucket{le="+Inf"} 1',
        'sallyport_gateway_dial_seconds_count 1',
      ])
        ok(figures.includes(`${line}\n`), line)
  })

  test('have a bounded number of series, and lose no count', () => {
    const metrics = open()
    for (let i = 0; i < 3000; i += 1) metrics.tunnelEnded(tunnelOf('app', `e${i}`), { kind: 'closed' })
    const lines = text(metrics)
      .split('\n')
      .filter((line) => line.startsWith('sallyport_gateway_tunnels_total{'))
    equal(lines.length, 2001)
    ok(lines.includes('sallyport_gateway_tunnels_total{egress="other",outcome="other"} 1000'))
  })

  test('of two gateways in one process do not know each other', () => {
    const [one, two] = [open(), open()]
    one.refused('LOOP')
    equal(text(two).includes('LOOP'), false)
  })
})
