/** Figures that the pool and the meter know anyway: read at each scrape, nothing counted twice. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { EgressState } from './egress/egress.ts'
import type { EgressView } from './egress/pool.ts'
import type { MetricsParts } from './metrics.ts'
import { findHalfRegistered } from './rules/half-registered.ts'
import type { PlanState } from './rules/plans.ts'

const egressStates: readonly EgressState[] = ['starting', 'up', 'down', 'unusable', 'draining']
const planStates: readonly PlanState[] = ['within', 'warned', 'soft', 'hard']
/** Of one figure, by names that the configuration or an admin gives; what comes beyond is left out. */
const mostSeries = 2_000

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number }
type About = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] }

export function addReadFigures(registry: Registry, { pool, meter }: MetricsParts): void {
  const gauge = (about: About, read: () => readonly Sample[]): void => void addGauge(registry, about, read)
  const counter = (about: About, read: () => readonly Sample[]): void => void addCounter(registry, about, read)
  const ofEgress = (of: (view: EgressView) => readonly Sample[]) => () => pool.views().flatMap(of)

  counter(
    {
      name: 'sallyport_gateway_bytes_total',
      help: 'Payload, live tunnels included.',
      labelNames: ['client', 'egress', 'direction'],
    },
    () =>
      [...meter.totals()].flatMap(({ client, egress, total: { up, down } }) => [
        { labels: { client, egress, direction: 'up' }, value: up },
        { labels: { client, egress, direction: 'down' }, value: down },
      ]),
  )
  gauge(
    {
      name: 'sallyport_gateway_usage_unstored_bytes',
      help: 'Counted and not yet stored: what a crash would lose.',
      labelNames: [],
    },
    () => [{ labels: {}, value: meter.unstoredBytes() }],
  )
  gauge(
    {
      name: 'sallyport_gateway_plan_state',
      help: '1 for the state that the client is in.',
      labelNames: ['client', 'plan', 'state'],
    },
    () =>
      meter
        .plans()
        .flatMap(({ client, plan, state }) =>
          plan === undefined
            ? []
            : planStates.map((each) => ({ labels: { client, plan, state: each }, value: each === state ? 1 : 0 })),
        ),
  )
  gauge(
    { name: 'sallyport_gateway_live_tunnels', help: 'Tunnels that are open.', labelNames: ['egress'] },
    ofEgress(({ name, tunnels }) => [{ labels: { egress: name }, value: tunnels }]),
  )
  gauge(
    {
      name: 'sallyport_gateway_egress_state',
      help: '1 for the state that the egress is in.',
      labelNames: ['egress', 'state'],
    },
    ofEgress(({ name, state }) =>
      egressStates.map((each) => ({ labels: { egress: name, state: each }, value: each === state ? 1 : 0 })),
    ),
  )
  gauge(
    {
      name: 'sallyport_gateway_egress_latency_seconds',
      help: 'Of dials and probes, smoothed.',
      labelNames: ['egress'],
    },
    ofEgress(({ name, latencyMs }) =>
      latencyMs === undefined ? [] : [{ labels: { egress: name }, value: latencyMs / 1000 }],
    ),
  )
  gauge(
    {
      name: 'sallyport_gateway_egress_ports_used_ratio',
      help: 'Source ports in use towards the destination that has most, of all there are.',
      labelNames: ['egress'],
    },
    ofEgress(({ name, ports }) =>
      ports === undefined ? [] : [{ labels: { egress: name }, value: ports.used / ports.of }],
    ),
  )
  counter(
    {
      name: 'sallyport_gateway_probes_total',
      help: 'Health probes by how they ended.',
      labelNames: ['egress', 'outcome'],
    },
    ofEgress(({ name, probes }) =>
      probes === undefined
        ? []
        : [
            { labels: { egress: name, outcome: 'succeeded' }, value: probes.succeeded },
            { labels: { egress: name, outcome: 'failed' }, value: probes.failed },
          ],
    ),
  )
  gauge(
    {
      name: 'sallyport_gateway_admission_warning',
      help: '1 where an allowlist is known to hold the address of another egress and not that of this one: half of the pair is registered.',
      labelNames: ['egress', 'destination', 'label', 'is'],
    },
    () =>
      findHalfRegistered(pool.views()).map(({ egress, group, label, is }) => ({
        labels: { egress, destination: group, label: label ?? '', is },
        value: 1,
      })),
  )
}

function addGauge(registry: Registry, about: About, read: () => readonly Sample[]): Gauge {
  return new Gauge({
    ...{ ...about, registers: [registry] },
    collect() {
      this.reset() // what is not there any more is not told any more
      for (const { labels, value } of read().slice(0, mostSeries)) this.set(labels, value)
    },
  })
}

/** Of totals that somebody else keeps. A total that is smaller than before has begun anew, which Prometheus understands. */
function addCounter(registry: Registry, about: About, read: () => readonly Sample[]): Counter {
  return new Counter({
    ...{ ...about, registers: [registry] },
    collect() {
      this.reset()
      for (const { labels, value } of read().slice(0, mostSeries)) this.inc(labels, value)
    },
  })
}
