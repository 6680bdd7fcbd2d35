/** The configuration as the parts of the gateway read it: texts parsed once, at the start and at a reload. */
import { parseDuration } from '../documents/duration.ts'
import { listenAddress, type ListenAddress } from '../documents/formats.ts'
import { parseAddress, type Address } from '../ip/address.ts'
import { parseCidrs } from '../ip/cidr.ts'
import { compileRanges, type RangeMatcher } from '../ip/matcher.ts'
import type { Duration } from '../values/time.ts'
import type { AdmittedConfiguration, GatewayConfiguration } from './configuration.ts'
import type { Admission, AdmissionRow } from './rules/egress/admission.ts'
import { canonicalRule } from './rules/destination/allow-rule.ts'
import { compileAllow, type AllowRules } from './rules/destination/allow.ts'
import type { Deadlines } from './rules/deadlines.ts'
import { parseAuthority, type Destination } from './rules/destination/destination.ts'
import { parseEchoUrl, type OutsideEcho } from './rules/egress/echo-url.ts'
import { parseEgressSet, type EgressEntry } from './rules/egress/egress-set.ts'

export type GatewaySettings = {
  readonly configuration: GatewayConfiguration
  readonly listen: ListenAddress
  readonly adminListen: ListenAddress
  readonly deadlines: Deadlines
  readonly allow: AllowRules
  readonly proxyProtocolPeers: RangeMatcher
  /** Where it listens, as far as that is known: an egress that leads there would go round for ever. */
  readonly own: readonly Destination[]
  /** Checked. */
  readonly egresses: readonly EgressEntry[]
  readonly probe: {
    readonly target: Destination
    readonly every: Duration
    readonly timeout: Duration
    readonly fall: number
    readonly rise: number
  }
  readonly echo: {
    readonly listen: { readonly address: Address; readonly port: number } | undefined
    readonly url: string | undefined
    /** That of `url`. */
    readonly outside: OutsideEcho | undefined
    readonly every: Duration
  }
  readonly meterEvery: Duration
  readonly admissions: readonly AdmissionRow[]
}

/** Throws an Error that names the setting; what `sallyport config check` finds is not found here a second time in better words. */
export function gatewaySettings(configuration: GatewayConfiguration): GatewaySettings {
  const { healthCheck, echo } = configuration
  const own = ownOf(configuration)
  const allow = compileAllow(configuration.allow, configuration)
  if (!allow.ok)
    throw new Error(
      allow.fault.map(({ row, message, next }) => `gateway.allow, row ${row}: ${message}. ${next}`).join('\n'),
    )
  return {
    configuration,
    listen: listenOf('listen', configuration.listen),
    adminListen: listenOf('admin.listen', configuration.admin.listen),
    deadlines: deadlinesOf(configuration),
    allow: allow.value,
    proxyProtocolPeers: peersOf(configuration.proxyProtocol.from),
    egresses: egressesOf(configuration, own),
    own,
    probe: {
      ...{ fall: healthCheck.fall, rise: healthCheck.rise },
      target: targetOf(healthCheck.target),
      every: lengthOf('healthCheck.every', healthCheck.every),
      timeout: lengthOf('healthCheck.timeout', healthCheck.timeout),
    },
    echo: {
      listen: echo.listen === undefined ? undefined : addressAndPort('echo.listen', echo.listen),
      url: echo.url,
      outside: echo.url === undefined ? undefined : parseEchoUrl(echo.url),
      every: lengthOf('echo.every', echo.every),
    },
    meterEvery: lengthOf('meterEvery', configuration.meterEvery),
    admissions: configuration.admitted.flatMap(admissionsOf),
  }
}

function deadlinesOf({ deadlines }: GatewayConfiguration): Deadlines {
  const of = (name: Exclude<keyof typeof deadlines, 'total'>): Duration =>
    lengthOf(`deadlines.${name}`, deadlines[name])
  return {
    ...{ header: of('header'), dial: of('dial'), attempt: of('attempt'), idle: of('idle') },
    ...{ halfClose: of('halfClose'), response: of('response'), drain: of('drain') },
    total: deadlines.total === undefined ? undefined : lengthOf('deadlines.total', deadlines.total),
  }
}

function ownOf({ listen, admin }: GatewayConfiguration): readonly Destination[] {
  return [listen, admin.listen].flatMap((text) => {
    const listener = parseAuthority(text)
    return listener.ok ? [listener.value] : []
  })
}

function egressesOf({ egress }: GatewayConfiguration, own: readonly Destination[]): readonly EgressEntry[] {
  const entries = egress.map((each) => ('via' in each ? { ...each, via: each.via.expose() } : each))
  const parsed = parseEgressSet(entries, own)
  if (parsed.ok) return entries
  throw new Error(parsed.fault.map(({ path, message }) => `gateway.${path} ${message}`).join('\n'))
}

function admissionsOf({ destination, label, confirmed, refused }: AdmittedConfiguration): readonly AdmissionRow[] {
  const group = canonicalRule(destination)
  const said = (egresses: readonly string[], admission: Admission) =>
    egresses.map((egress) => ({ label, group, egress, admission }))
  return [...said(confirmed, 'confirmed'), ...said(refused, 'refused')]
}

function peersOf(texts: readonly string[]): RangeMatcher {
  const ranges = parseCidrs(texts)
  if (!ranges.ok)
    throw new Error(`gateway.proxyProtocol.from: ${ranges.fault.map(({ message }) => message).join('; ')}`)
  return compileRanges(ranges.value)
}

function targetOf(text: string): Destination {
  const target = parseAuthority(text)
  if (!target.ok) throw new Error(`gateway.healthCheck.target: ${text} is no HOST:PORT`)
  return target.value
}

function lengthOf(setting: string, text: string): Duration {
  const length = parseDuration(text)
  if (!length.ok) throw new Error(`gateway.${setting}: ${length.fault}`)
  return length.value
}

function addressOf(setting: string, text: string): Address {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(`gateway.${setting}: ${text} is no address`)
  return address.value
}

function listenOf(setting: string, text: string): ListenAddress {
  const listen = listenAddress(text)
  if (listen === undefined) throw new Error(`gateway.${setting}: ${text} is no HOST:PORT`)
  return listen
}

function addressAndPort(setting: string, text: string): { readonly address: Address; readonly port: number } {
  const { host, port } = listenOf(setting, text)
  return { address: addressOf(setting, host), port }
}
