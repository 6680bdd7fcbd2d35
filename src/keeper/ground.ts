/** What a keeper stands on: its store, and its way out. */
import type { Storage } from '../storage/storage.ts'
import { Secret } from '../values/secret.ts'
import type { KeeperOptions } from './keeper-face.ts'
import { type UnderWay } from './refresh/under-way.ts'
import { migrations } from './store/migrations.ts'
import { writes, type KeeperWrites } from './store/writes.ts'
import { compileLoginHosts, type LoginHosts } from './rules/login-hosts.ts'
import type { Route } from './rules/route.ts'
import { openTransport, type Transport } from './transport/transport.ts'
import type { KeeperEnvironment } from './environment.ts'

/** Throws with all that is wrong. */
export function loginHostsOf({ loginHosts = [] }: Pick<KeeperOptions, 'loginHosts'>): LoginHosts {
  const compiled = compileLoginHosts(loginHosts)
  if (compiled.ok) return compiled.value
  const words = compiled.fault.map(({ row, why }) => `loginHosts[${row}], ${JSON.stringify(loginHosts[row])}, ${why}`)
  throw new Error(`The keeper cannot run with this: ${words.join('; ')}.`)
}

export function transportOf(
  { clock, monotonic, resolve }: KeeperEnvironment,
  { proxy, ca = [] }: KeeperOptions,
  hosts: LoginHosts,
): Transport {
  if (proxy !== 'direct' && !(proxy instanceof Secret))
    throw new Error("The keeper needs a proxy: the URL of the gateway as a secret, or 'direct' in so many letters.")
  const route: Route = proxy === 'direct' ? { kind: 'direct' } : { kind: 'proxy', url: proxy }
  const transport = openTransport({ route, hosts, resolve, clock, monotonic, tls: { ca } })
  if (!transport.ok) throw new Error(transport.fault)
  return transport.value
}

/** A store that has given up ends the process, and every reply that is on its way or in memory is to be safe by then (P-20, P-26). */
export async function openStore(
  { openStorage, log }: KeeperEnvironment,
  { storage: url, onFault = thrown }: KeeperOptions,
  underWay: UnderWay,
): Promise<Storage<KeeperWrites>> {
  // a name handed to a thread is not an import, so the compiler does not rewrite it
  const writesModule = new URL(`./store/writes.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  return await openStorage({
    ...{ url, system: 'keeper', migrations, writes, writesModule, sharing: 'several-processes' },
    onFault(cause) {
      log.error('keeper.store-gave-up', { cause: String(cause) })
      underWay.close()
      void underWay.none().then(() => onFault(cause))
    },
  })
}

/** Where nobody listens for it: going on would mean to refuse everything. */
function thrown(cause: Error): void {
  queueMicrotask(() => {
    throw cause
  })
}
