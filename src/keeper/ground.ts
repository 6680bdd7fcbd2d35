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

/** What a keeper does before it says that its store has given up. */
export type Parting = {
  readonly underWay: UnderWay
  /** Closes the whole keeper. */
  leave: () => Promise<void>
}

/** A store that has given up ends the process, and every reply that is on its way or in memory is to be safe by then (P-20, P-26). Where it does not, this keeper
 *  is closed: its transaction keeps no other process from the store, and what lies in its spool is found by them before any sends a token again (P-25). */
export async function openStore(
  { openStorage, log }: KeeperEnvironment,
  { storage: url, onFault = thrown }: KeeperOptions,
  parting: Parting,
): Promise<Storage<KeeperWrites>> {
  // a name handed to a thread is not an import, so the compiler does not rewrite it
  const writesModule = new URL(`./store/writes.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  return await openStorage({
    ...{ url, system: 'keeper', migrations, writes, writesModule, sharing: 'several-processes' },
    onFault(cause) {
      log.error('keeper.store-gave-up', { cause: String(cause) })
      parting.underWay.close()
      void parting.underWay
        .none()
        .then(async () => await parting.leave())
        .catch((failed: unknown) => log.error('keeper.not-closed', { cause: String(failed) }))
        .then(() => onFault(cause))
    },
  })
}

/** Where nobody listens for it: going on would mean to refuse everything. */
function thrown(cause: Error): void {
  queueMicrotask(() => {
    throw cause
  })
}
