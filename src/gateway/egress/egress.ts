/** One declared egress: how it dials, and what is known of it. */
import { formatAddress, type Address } from '../../ip/address.ts'
import type { Clock } from '../../values/domain.ts'
import type { Instant } from '../../values/time.ts'
import type { Log } from '../log.ts'
import { newConfirmation, type Confirmation } from '../rules/egress/confirmation.ts'
import type { EgressMode } from '../rules/egress/declared-set.ts'
import type { Destination } from '../rules/destination/destination.ts'
import type { EgressDeclaration } from '../rules/egress/egress-set.ts'
import { newHealth, stepHealth, type Health, type HealthLimits, type HealthSignal } from '../rules/egress/health.ts'
import type { PortsLeft } from '../rules/egress/port-budget.ts'
import { parseProxyUrl } from '../../ip/proxy-url.ts'
import { dialFrom, type Connect, type Connection } from './dial.ts'
import type { Ports } from './ports.ts'
import type { AttemptEnd, Cancel } from './race.ts'
import { dialVia, type ViaSide } from './via.ts'

/** `starting` until the first probes are in; `standby`: up, and only what is pinned to it leaves by it; `draining`: no new tunnels, the live ones
 *  run on. */
export type EgressState = 'starting' | 'up' | 'down' | 'unusable' | 'standby' | 'draining'

export type Target = {
  readonly destination: Destination
  /** Undefined for an egress that resolves for itself (P-43). */
  readonly address: Address | undefined
  /** What a proxy is told that the request has come through before this gateway. */
  readonly passed?: string | undefined
}

export type Egress = {
  readonly declaration: EgressDeclaration
  /** What dials are bound to; undefined of a `via`, which takes names. */
  readonly local: Address | undefined
  /** Without credentials. */
  readonly through: string
  readonly dial: (target: Target, ended: (end: AttemptEnd<Connection>) => void) => Cancel
  readonly ports: Ports | undefined
  readonly portsLeft: (address: Address | undefined, port: number) => PortsLeft
  readonly health: () => Health
  readonly signal: (signal: HealthSignal) => void
  readonly confirmation: () => Confirmation
  readonly confirm: (confirmation: Confirmation) => void
  readonly mode: () => EgressMode
  readonly setMode: (mode: EgressMode) => void
  /** Since it was declared. */
  readonly probes: () => { readonly succeeded: number; readonly failed: number }
  /** Declared, observed, or what a Sallyport in between last said of itself. */
  readonly publicAddress: () => Address | undefined
  readonly learn: (address: Address) => void
  readonly standing: () => Standing
  /** Whether a tunnel may leave by it, one that is pinned to it where that is said; cheap. */
  readonly usable: (pinned?: 'pinned') => boolean
}

export type Standing = { readonly state: EgressState; readonly since: Instant; readonly why: string }

export type EgressEnvironment = {
  readonly clock: Clock
  readonly log: Log
  readonly connect: Connect
  readonly openPorts: () => Ports
  readonly limits: () => HealthLimits
} & Omit<ViaSide, 'url'>

export function openEgress(declaration: EgressDeclaration, environment: EgressEnvironment): Egress {
  const { clock } = environment
  const { broken, ...way } = wayOf(declaration, environment)
  const asked = declaration.through.kind === 'address' && declaration.through.confirm
  let health = newHealth(clock())
  let confirmation = newConfirmation(asked, clock())
  let mode: Moded = { mode: 'active', since: clock() }
  let learned: Address | undefined
  let probes = { succeeded: 0, failed: 0 }

  const standing = (): Standing => standingOf({ broken, health, confirmation, moded: mode })
  const report = reporter(declaration.name, environment.log)
  return {
    ...way,
    declaration,
    portsLeft: (address, port) =>
      address === undefined || way.ports === undefined ? 'plenty' : way.ports.left(address, port),
    health: () => health,
    signal(signal) {
      const before = health.state
      probes = counted(probes, signal)
      health = stepHealth(health, signal, { at: clock(), limits: environment.limits() })
      if (health.state !== before) report(standing())
    },
    confirmation: () => confirmation,
    confirm(next) {
      confirmation = next
      report(standing())
    },
    mode: () => mode.mode,
    setMode(next) {
      if (next !== mode.mode) mode = { mode: next, since: clock() }
      report(standing())
    },
    probes: () => probes,
    publicAddress: () => declaration.public ?? way.local ?? learned,
    learn: (address) => void (learned = address),
    standing,
    usable: (pinned) =>
      (health.state === 'up' || health.state === 'starting') &&
      (confirmation.kind === 'confirmed' || confirmation.kind === 'not-asked') &&
      (mode.mode === 'active' || (mode.mode === 'standby' && pinned !== undefined)) &&
      broken === undefined,
  }
}

/** One record for each change of state. */
function reporter(egress: string, log: Log): (standing: Standing) => void {
  let known: EgressState = 'starting'
  return ({ state, why }) => {
    if (state === known) return
    known = state
    log[state === 'up' || state === 'draining' || state === 'standby' ? 'info' : 'warn'](`gateway.egress.${state}`, {
      egress,
      why,
    })
  }
}

function counted(probes: { succeeded: number; failed: number }, { kind }: HealthSignal): typeof probes {
  if (kind === 'probe-succeeded') return { ...probes, succeeded: probes.succeeded + 1 }
  if (kind === 'probe-failed' || kind === 'address-missing') return { ...probes, failed: probes.failed + 1 }
  return probes
}

type Known = {
  readonly broken: string | undefined
  readonly health: Health
  readonly confirmation: Confirmation
  readonly moded: Moded
}
type Moded = { readonly mode: EgressMode; readonly since: Instant }

function standingOf({ broken, health, confirmation, moded }: Known): Standing {
  const { state, since, why } = health
  if (broken !== undefined) return { state: 'unusable', since, why: broken }
  if (state === 'unusable') return { state, since, why }
  if (confirmation.kind === 'contradicted' || (confirmation.kind === 'unconfirmed' && confirmation.asked))
    return { state: 'unusable', since: confirmation.since, why: confirmation.why }
  if (moded.mode === 'draining')
    return { state: 'draining', since: moded.since, why: 'It is being drained: it gets no new tunnels.' }
  if (confirmation.kind === 'unconfirmed')
    return { state: 'starting', since: confirmation.since, why: confirmation.why }
  if (moded.mode === 'standby' && state === 'up')
    return { state: 'standby', since: moded.since, why: 'It stands by: only what is pinned to it leaves by it.' }
  return { state, since, why }
}

type Way = Pick<Egress, 'local' | 'through' | 'dial' | 'ports'> & { readonly broken: string | undefined }

function wayOf({ through }: EgressDeclaration, environment: EgressEnvironment): Way {
  if (through.kind === 'address') return localWay(through.address, environment)
  const url = parseProxyUrl(through.url)
  if (!url.ok) {
    const broken = `The URL of its proxy ${url.fault}.`
    return { local: undefined, through: 'no URL that can be read', dial: refuses(broken), ports: undefined, broken }
  }
  const side = { ...environment, url: url.value }
  // it takes long and blocks: now, and not while the clock of the first probe runs (P-15)
  if (url.value.protocol === 'https') environment.trust()
  return {
    local: undefined,
    through: url.value.shown,
    dial: (target, ended) => dialVia(side, target, ended),
    ports: undefined,
    broken: undefined,
  }
}

function localWay(address: Address, { connect, openPorts }: EgressEnvironment): Way {
  const side = { address, text: formatAddress(address), ports: openPorts(), connect }
  return {
    local: address,
    through: side.text,
    dial: (target, ended) =>
      target.address === undefined
        ? refuses('it dials addresses only')(target, ended)
        : dialFrom(side, { address: target.address, port: target.destination.port }, ended),
    ports: side.ports,
    broken: undefined,
  }
}

const refuses =
  (why: string): Egress['dial'] =>
  (_target, ended) => {
    setImmediate(ended, { kind: 'failed', failure: { kind: 'wrong-address', why } })
    return () => undefined
  }
