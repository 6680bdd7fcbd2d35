/** What no schema can say of one setting alone: settings that contradict each other. */
import { parseCidr } from '../ip/cidr.ts'
import { rangeSize } from '../ip/range.ts'
import { parseDuration } from '../documents/duration.ts'
import { pathText, type DocumentFault, type Path } from '../documents/fault.ts'
import type { Locate } from '../documents/yaml-document.ts'
import type { Configuration } from './schema.ts'

/** Looks at validated values only; empty if they agree. */
export function inconsistencies({ org, gateway }: Configuration, locate: Locate): readonly DocumentFault[] {
  const found: [Path, string, string][] = []
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
  for (const list of ['egress', 'clients'] as const) {
    for (const [i, name] of repeated(gateway[list].map((each) => each.name))) {
      found.push([
        ['gateway', list, i, 'name'],
        `is ${JSON.stringify(name)}, which an earlier entry has already`,
        'Give each its own name.',
      ])
    }
  }
  for (const [i, username] of repeated(gateway.clients.map((each) => each.username))) {
    found.push([
      ['gateway', 'clients', i, 'username'],
      `is ${JSON.stringify(username)}, which an earlier entry has already`,
      'Give each its own user name.',
    ])
  }
  return found.map(([path, message, next]) => placed(path, { message, next }, locate))
}

/** Settings that are legal and nearly always a mistake. */
export function misgivings({ org }: Configuration, locate: Locate): readonly DocumentFault[] {
  return org.trustedProxies.flatMap((text, i) => {
    const range = parseCidr(text)
    if (!range.ok || !wholeFamily.has(rangeSize(range.value))) return []
    const message = `${text} believes everyone: any client can claim any address and pass the allowlist (SF-10)`
    return [
      placed(['org', 'trustedProxies', i], { message, next: 'List the addresses of your proxies alone.' }, locate),
    ]
  })
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

const repeated = (names: readonly string[]): [number, string][] =>
  [...names.entries()].filter(([i, name]) => names.indexOf(name) < i)
