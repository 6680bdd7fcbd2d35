/** What no schema can say of the gateway's configuration: rows that cannot be read, and settings that contradict each other. */
import { Secret } from '../../values/secret.ts'
import { canonicalRule, parseAllowRule } from './destination/allow-rule.ts'
import { compileAllow } from './destination/allow.ts'
import { parseAuthority, type Destination } from './destination/destination.ts'
import { parseEchoUrl } from './egress/echo-url.ts'
import { parseEgressSet, type EgressEntry } from './egress/egress-set.ts'
import { findLimitFaults, type LimitsConfiguration } from './client/plans.ts'
import { clientProblems } from './client/proxy-user.ts'

/** Of `GatewayConfiguration`, what is looked at. */
export type GatewayToCheck = {
  readonly listen: string
  readonly admin: { readonly listen: string }
  readonly echo: { readonly listen?: string; readonly url?: string }
  readonly healthCheck: { readonly target: string }
  readonly egress: readonly (
    | { readonly name: string; readonly address: string; readonly confirm: 'on' | 'off' }
    | { readonly name: string; readonly via: Secret }
  )[]
  readonly allow: readonly string[]
  readonly allowEverything: boolean
  readonly admitted: readonly {
    readonly destination: string
    readonly label?: string
    readonly confirmed: readonly string[]
    readonly refused: readonly string[]
  }[]
  readonly plans: LimitsConfiguration['plans']
  readonly clients: readonly (LimitsConfiguration['clients'][number] & {
    readonly username: string
    readonly password: Secret
    readonly label?: string
  })[]
}

/** `path` is inside `gateway`, as in `allow[1]`; `message` follows it. No value of a secret is in it. */
export type ConfigurationFault = { readonly path: string; readonly message: string; readonly next: string }

/** All of them at once; empty if the gateway can start with it. An address that is not on this machine is found out at the start (P-41). Of
 *  egresses nothing is said while one of their secrets is not there yet. */
export function findGatewayFaults(gateway: GatewayToCheck): readonly ConfigurationFault[] {
  return [
    ...placeFaults(gateway),
    ...egressFaults(gateway),
    ...allowFaults(gateway),
    ...admittedFaults(gateway),
    ...findLimitFaults(gateway),
    ...clientFaults(gateway),
  ]
}

/** Settings that are legal and nearly always a mistake. */
export function findGatewayMisgivings({ allow }: GatewayToCheck): readonly ConfigurationFault[] {
  return allow.flatMap((text, i) => {
    const rule = parseAllowRule(text)
    if (!rule.ok || rule.value.host.kind !== 'pattern') return []
    const [, domain, deeper] = (rule.value.host.pieces.at(-1) ?? '').split('.')
    if (domain === undefined || deeper !== undefined || ofNobody.has(domain)) return []
    const message = `${quoted(text)} matches hosts of the whole top-level domain ${domain}`
    return [{ path: `allow[${i}]`, message, next: 'Name the domains that are meant, such as *.salesforce.com:443.' }]
  })
}

// Reserved by RFC 6761, RFC 6762 and ICANN: nobody can register a name there
const ofNobody: ReadonlySet<string> = new Set(['internal', 'local', 'test', 'example', 'invalid', 'localhost'])

function allowFaults({ allow, allowEverything }: GatewayToCheck): readonly ConfigurationFault[] {
  const compiled = compileAllow(allow, { allowEverything })
  if (compiled.ok) return []
  return compiled.fault.map(({ row, message, next }) => ({ path: `allow[${row - 1}]`, message, next }))
}

function egressFaults({ egress, listen, admin }: GatewayToCheck): readonly ConfigurationFault[] {
  const entries = egress.flatMap(entryOf)
  if (entries.length < egress.length) return []
  const parsed = parseEgressSet(entries, [listen, admin.listen].flatMap(destinationOf))
  return parsed.ok ? [] : parsed.fault.map((fault) => ({ ...fault, next: correctIt }))
}

const correctIt = 'Change this entry of gateway.egress, or take it out.'

/** None where the secret is not there: the schema has said so. */
function entryOf(entry: GatewayToCheck['egress'][number]): readonly EgressEntry[] {
  if (!('via' in entry)) return [entry]
  return entry.via instanceof Secret ? [{ name: entry.name, via: entry.via.expose() }] : []
}

const destinationOf = (text: string): readonly Destination[] => {
  const parsed = parseAuthority(text)
  return parsed.ok ? [parsed.value] : [] // port 0: a free one, which nobody can name beforehand
}

function placeFaults({ listen, admin, echo, healthCheck }: GatewayToCheck): readonly ConfigurationFault[] {
  const faults: ConfigurationFault[] = []
  const target = parseAuthority(healthCheck.target)
  if (!target.ok)
    faults.push({ path: 'healthCheck.target', message: target.fault, next: 'Write such as login.salesforce.com:443.' })
  for (const [path, text, other] of [
    ['admin.listen', admin.listen, listen],
    ['echo.listen', echo.listen, listen],
    ['echo.listen', echo.listen, admin.listen],
  ] as const)
    if (text === other && !text.endsWith(':0'))
      faults.push({ path, message: `is ${text}, where another listener is already`, next: 'Write another port.' })
  if (echo.url !== undefined && parseEchoUrl(echo.url) === undefined)
    faults.push({
      path: 'echo.url',
      message: `${quoted(echo.url.replace(/[^/]*@/, ''))} is no http:// URL of a host, or has a user`,
      next: 'Write such as http://ip.quotaguard.com/.',
    })
  return faults
}

function admittedFaults({ admitted, allow, egress, clients }: GatewayToCheck): readonly ConfigurationFault[] {
  const rules = new Set(allow.map(canonicalRule))
  const egresses = egress.map(({ name }) => name)
  const labels = clients.map(({ name, label }) => label ?? name)
  return admitted.flatMap(({ destination, label, confirmed, refused }, i) => {
    const faults: ConfigurationFault[] = []
    if (!rules.has(canonicalRule(destination)))
      faults.push({
        path: `admitted[${i}].destination`,
        message: `${quoted(destination)} is no rule of gateway.allow`,
        next: `Write a rule as it stands there: ${allow.join(', ')}.`,
      })
    if (label !== undefined && !labels.includes(label))
      faults.push({
        path: `admitted[${i}].label`,
        message: `no client has the label ${quoted(label)}`,
        next: 'Write the label of a client, or its name if it has none.',
      })
    for (const [list, names] of [
      ['confirmed', confirmed],
      ['refused', refused],
    ] as const)
      for (const [k, name] of names.entries())
        if (!egresses.includes(name))
          faults.push({
            path: `admitted[${i}].${list}[${k}]`,
            message: `there is no egress ${quoted(name)}`,
            next: `Use one of ${egresses.join(', ')}.`,
          })
    for (const [k, name] of refused.entries())
      if (confirmed.includes(name))
        faults.push({
          path: `admitted[${i}].refused[${k}]`,
          message: `${quoted(name)} is confirmed as well`,
          next: 'Leave it in the list that is true.',
        })
    return faults
  })
}

function clientFaults({ clients }: GatewayToCheck): readonly ConfigurationFault[] {
  const seen = clients.map(({ name, username, password }) => ({
    ...{ name, username },
    passwordLength: password instanceof Secret ? new TextEncoder().encode(password.expose()).length : 1,
  }))
  return clientProblems(seen).map(({ client, message, next }) => ({ path: `clients[${client}]`, message, next }))
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
