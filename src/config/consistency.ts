/** What no schema can say of one setting alone: settings that contradict each other. */
import { parseCidr } from '../ip/cidr.ts'
import { rangeSize } from '../ip/range.ts'
import { parseDuration } from '../documents/duration.ts'
import { pathText, type DocumentFault, type Path } from '../documents/fault.ts'
import type { Locate } from '../documents/yaml-document.ts'
import { findGatewayFaults, findGatewayMisgivings } from '../gateway/configuration.ts'
import { findKeeperFaults } from '../keeper/configuration.ts'
import type { Configuration } from './schema.ts'

type Found = readonly [path: Path, message: string, next: string]

/** Looks at validated values only; empty if they agree. What needs a secret is looked at where that has been resolved. */
export function inconsistencies({ org, gateway, keeper }: Configuration, locate: Locate): readonly DocumentFault[] {
  const found: Found[] = []
  if (org.pkce.verifierMin > org.pkce.verifierMax) {
    found.push([['org', 'pkce', 'verifierMin'], 'is above org.pkce.verifierMax', 'Lower it, or raise the other.'])
  }
  if (org.pkce.defaultMethod === 'plain' && !org.pkce.allowPlain) {
    found.push([['org', 'pkce', 'defaultMethod'], 'is plain, which org.pkce.allowPlain does not allow', 'Write S256.'])
  }
  if (millisecondsOf(gateway.healthCheck.timeout) > millisecondsOf(gateway.healthCheck.every)) {
    found.push([
      ['gateway', 'healthCheck', 'timeout'],
      'is longer than gateway.healthCheck.every',
      'Write a shorter time.',
    ])
  }
  found.push(
    ...findGatewayFaults(gateway).map(inSection('gateway')),
    ...findKeeperFaults(keeper).map(inSection('keeper')),
  )
  return found.map(([path, message, next]) => placed(path, { message, next }, locate))
}

/** Settings that are legal and nearly always a mistake. */
export function misgivings({ org, gateway }: Configuration, locate: Locate): readonly DocumentFault[] {
  const found: readonly Found[] = [
    ...believers(org.trustedProxies).map(([i, text]): Found => [
      ['org', 'trustedProxies', i],
      `${text} believes everyone: any client can claim any address and pass the allowlist (SF-10)`,
      'List the addresses of your proxies alone.',
    ]),
    ...believers(gateway.proxyProtocol.from).map(([i, text]): Found => [
      ['gateway', 'proxyProtocol', 'from', i],
      `${text} believes everyone, and refuses whoever sends no header: any client can claim any address`,
      'List the addresses of your load balancers alone.',
    ]),
    ...findGatewayMisgivings(gateway).map(inSection('gateway')),
  ]
  return found.map(([path, message, next]) => placed(path, { message, next }, locate))
}

/** Ranges that hold every address of a family. */
function believers(texts: readonly string[]): readonly [number, string][] {
  return [...texts.entries()].filter(([, text]) => {
    const range = parseCidr(text)
    return range.ok && wholeFamily.has(rangeSize(range.value))
  })
}

type InSection = { readonly path: string; readonly message: string; readonly next: string }

/** `allow[1]` as the keys that lead there. */
const inSection =
  (section: string) =>
  ({ path, message, next }: InSection): Found => {
    const keys = (path.match(/[^.[\]]+/g) ?? []).map((key) => (/^\d+$/.test(key) ? Number(key) : key))
    return [[section, ...keys], message, next]
  }

const wholeFamily = new Set([1n << 32n, 1n << 128n])

function placed(path: Path, text: { readonly message: string; readonly next: string }, locate: Locate): DocumentFault {
  const where = locate(path)
  return { path: pathText(path), ...(where === undefined ? {} : { where }), ...text }
}

function millisecondsOf(duration: string): number {
  const parsed = parseDuration(duration)
  if (!parsed.ok) throw new Error(`a duration was not validated: ${parsed.fault}`)
  return parsed.value
}
