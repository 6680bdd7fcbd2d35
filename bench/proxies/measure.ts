/** One measurement of one proxy, which is started fresh for it. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures } from '../load/job.ts'
import { processMemory } from '../load/process-cpu.ts'
import type { Held, HoldJob } from '../proxy-load/hold.ts'
import type { Origin, ProxyJob, ProxyTarget } from '../proxy-load/job.ts'
import { runChild, startChild } from '../run/child.ts'
import type { Placement } from '../run/placement.ts'
import { benchFolder } from '../run/places.ts'
import { proxies } from './all.ts'
import type { Proxy } from './proxy.ts'
import { startProxy, type RunningProxy } from './running.ts'

export type Where = { readonly origin: Origin; readonly placement: Placement }
export type Load = Pick<ProxyJob, 'measure' | 'connections' | 'warmupSeconds' | 'seconds'>

/** The subject that is no proxy: the load at the origin itself. Only GETs have it. */
export const direct = 'direct'

export async function measureLoad(subject: string, load: Load, { origin, placement }: Where): Promise<Figures> {
  const through = async (proxy: ProxyTarget | null): Promise<Figures> =>
    runChild({ script: loadScript('main.ts'), placement, role: 'load' }, { ...load, proxy, origin } satisfies ProxyJob)
  if (subject === direct) return through(null)
  const from = load.measure === 'steady' ? pairOf(subject) : []
  await using running = await startProxy(proxyNamed(subject), { origin, placement, from })
  return await through(running.target)
}

/** Each has a pair to itself: a closed connection keeps its port for a minute, and would be the next subject's burden. */
function pairOf(subject: string): readonly string[] {
  const place = Object.keys(proxies).indexOf(subject) * 10
  return [`127.0.0.${place + 11}`, `127.0.0.${place + 12}`]
}

export type IdleMemory = {
  readonly tunnels: number
  readonly errors: readonly string[]
  /** Resident, of all its processes, before the tunnels and while they idle. */
  readonly before: number
  readonly with: number
  readonly bytesPerTunnel: number
}

/** `idleSeconds` are waited before each reading, so that a collector can have collected. */
export async function measureIdle(
  subject: string,
  { tunnels, idleSeconds }: { readonly tunnels: number; readonly idleSeconds: number },
  where: Where,
): Promise<IdleMemory> {
  await using running = await startProxy(proxyNamed(subject), where)
  await using _ = await holding(32, running, where) // what it loads and compiles for its first tunnels is no tunnel's
  await sleep(idleSeconds * 1000)
  const before = residentBytes(running)
  await using held = await holding(tunnels, running, where)
  await sleep(idleSeconds * 1000)
  const after = residentBytes(running)
  const errors = held.said.open === tunnels ? held.said.failures : [...held.said.failures, `${held.said.open} are open`]
  return { tunnels, errors, before, with: after, bytesPerTunnel: (after - before) / tunnels }
}

async function holding(
  tunnels: number,
  { target }: RunningProxy,
  { origin, placement }: Where,
): Promise<AsyncDisposable & { readonly said: Held }> {
  const job: HoldJob = { proxy: target, origin, tunnels }
  const { said, stop } = await startChild<Held>({
    ...{ script: loadScript('hold.ts'), args: [JSON.stringify(job)] },
    ...{ placement, role: 'load' },
  })
  return { said, [Symbol.asyncDispose]: stop }
}

function residentBytes({ target }: RunningProxy): number {
  return target.pids.reduce((sum, pid) => {
    const memory = processMemory(pid)
    if (memory === null) throw new Error('the memory of a process is read from /proc; the proxy or /proc is not there')
    return sum + memory.rss
  }, 0)
}

function proxyNamed(name: string): Proxy {
  const proxy = proxies[name]
  if (proxy === undefined) throw new Error(`no subject ${name}. There are: ${Object.keys(proxies).join(', ')}`)
  return proxy
}

const loadScript = (name: string): string => join(benchFolder, 'proxy-load', name)
