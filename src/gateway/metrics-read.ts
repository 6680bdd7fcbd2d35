/** Figures that the pool and the meter know anyway: read at each scrape, nothing counted twice. */
import type { Figure, Sample } from '../documents/exposition.ts'
import type { EgressState } from './egress/egress.ts'
import type { EgressView, Pool } from './egress/pool.ts'
import type { Meter } from './metering/meter.ts'
import { findHalfRegistered } from './rules/egress/half-registered.ts'
import type { PlanState } from './rules/client/plans.ts'

const egressStates: readonly EgressState[] = ['starting', 'up', 'down', 'unusable', 'standby', 'draining']
const planStates: readonly PlanState[] = ['within', 'warned', 'soft', 'hard']
/** Of one figure, by names that the configuration or an admin gives; what comes beyond is left out. */
const mostSeries = 2_000

/** Read when they are asked for, so that nothing runs between two scrapes. */
export type MetricsParts = {
  readonly pool: Pick<Pool, 'views'>
  readonly meter: Pick<Meter, 'totals' | 'unstoredBytes' | 'plans'>
}

type ReadFigure = {
  readonly name: string
  readonly help: string
  readonly kind: 'gauge' | 'counter'
  readonly read: (parts: MetricsParts) => readonly Sample[]
}

/** A total that is smaller than before has begun anew, which Prometheus understands; what is not there any more is not told any more. */
export const readFigures = (parts: MetricsParts): readonly Figure[] =>
  figures.map(({ read, ...about }) => ({ ...about, read: () => read(parts).slice(0, mostSeries) }))

const one = (labels: Sample['labels'], value: number): Sample => ({ labels, value })
const ofEgress =
  (of: (view: EgressView) => readonly Sample[]): ReadFigure['read'] =>
  ({ pool }) =>
    pool.views().flatMap(of)
/** A series for each state, of which one is 1. */
const oneOf = (states: readonly string[], labels: Sample['labels'], is: string): readonly Sample[] =>
  states.map((state) => one({ ...labels, state }, state === is ? 1 : 0))

const figures: readonly ReadFigure[] = [
  {
    kind: 'counter',
    name: 'sallyport_gateway_bytes_total',
    help: 'Payload, live tunnels included.',
    read: ({ meter }) =>
      [...meter.totals()].flatMap(({ client, egress, total: { up, down } }) => [
        one({ client, egress, direction: 'up' }, up),
        one({ client, egress, direction: 'down' }, down),
      ]),
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_usage_unstored_bytes',
    help: 'Counted and not yet stored: what a crash would lose.',
    read: ({ meter }) => [one({}, meter.unstoredBytes())],
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_plan_state',
    help: '1 for the state that the client is in.',
    read: ({ meter }) =>
      meter
        .plans()
        .flatMap(({ client, plan, state }) => (plan === undefined ? [] : oneOf(planStates, { client, plan }, state))),
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_live_tunnels',
    help: 'Tunnels that are open.',
    read: ofEgress(({ name, tunnels }) => [one({ egress: name }, tunnels)]),
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_egress_state',
    help: '1 for the state that the egress is in.',
    read: ofEgress(({ name, state }) => oneOf(egressStates, { egress: name }, state)),
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_egress_latency_seconds',
    help: 'Of dials and probes, smoothed.',
    read: ofEgress(({ name, latencyMs }) => (latencyMs === undefined ? [] : [one({ egress: name }, latencyMs / 1000)])),
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_egress_ports_used_ratio',
    help: 'Source ports in use towards the destination that has most, of all there are.',
    read: ofEgress(({ name, ports }) => (ports === undefined ? [] : [one({ egress: name }, ports.used / ports.of)])),
  },
  {
    kind: 'counter',
    name: 'sallyport_gateway_probes_total',
    help: 'Health probes by how they ended.',
    read: ofEgress(({ name, probes }) => [
      one({ egress: name, outcome: 'succeeded' }, probes.succeeded),
      one({ egress: name, outcome: 'failed' }, probes.failed),
    ]),
  },
  {
    kind: 'gauge',
    name: 'sallyport_gateway_admission_warning',
    help: '1 where an allowlist is known to hold the address of another egress and not that of this one: half of the pair is registered.',
    read: ({ pool }) =>
      findHalfRegistered(pool.views()).map(({ egress, group, label = '', is }) =>
        one({ egress, destination: group, label, is }, 1),
      ),
  },
]
