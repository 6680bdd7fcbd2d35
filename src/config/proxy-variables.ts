/** What the environment says of proxies to the programs that are started in it. */
import { secret, type Secret } from '../values/secret.ts'
import type { Environment } from './environment.ts'

export type ProxyVariable = {
  readonly name: string
  /** May carry credentials. */
  readonly url: Secret
}

export type ProxyVariables = {
  readonly set: readonly ProxyVariable[]
  /** Hosts to which proxies do not apply, as NO_PROXY lists them. */
  readonly exempt: readonly string[]
  /** Node's `fetch` and `http` heed the variables only when told to (L-70). */
  readonly nodeHeedsThem: boolean
}

/** The two that clients of a gateway are given, then those that programs heed of themselves. */
const names = ['SALLYPORT_GATEWAY_URL', 'QUOTAGUARDSTATIC_URL', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']

export function proxyVariables(environment: Environment = { ...process.env }): ProxyVariables {
  const exempt = environment['no_proxy'] ?? environment['NO_PROXY'] ?? ''
  return {
    set: names.flatMap((name) => {
      const text = environment[name]
      return text === undefined || text === '' ? [] : [{ name, url: secret(text) }]
    }),
    exempt: exempt.split(/[\s,]+/).filter((each) => each !== ''),
    nodeHeedsThem: environment['NODE_USE_ENV_PROXY'] === '1',
  }
}

/** As curl reads it: a host, a domain with or without a dot before it, or `*`. */
export function isExempt(host: string, exempt: readonly string[]): boolean {
  const name = host.toLowerCase()
  return exempt.some((each) => {
    const domain = each.toLowerCase().replace(/^\*?\./, '')
    return each === '*' || name === domain || name.endsWith(`.${domain}`)
  })
}
