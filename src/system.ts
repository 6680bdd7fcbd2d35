/** Where systems meet the clock, randomness, timers and the log: the only place that reaches for them. */
import { randomFillSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, RandomBytes } from './values/domain.ts'
import { instant, type Duration } from './values/time.ts'
import type { Log } from './org/parts.ts'
import type { CutoverEnvironment, Cutovers } from './cutover/cutover.ts'
import type { GatewayEnvironment, GatewayOptions, RunningGateway } from './gateway/gateway.ts'
import { openStorage } from './storage/open.ts'
import type { Keeper, KeeperOptions } from './keeper/keeper-face.ts'
import type { KeeperEnvironment } from './keeper/environment.ts'
import type { KeeperServiceOptions, RunningKeeper } from './keeper/service/service.ts'
import type { OrgEnvironment, OrgOptions, RunningOrg } from './org/org.ts'

export type { RunningGateway } from './gateway/gateway.ts'
export type { RunningKeeper } from './keeper/service/service.ts'
export type { RunningOrg } from './org/org.ts'

// each system starts without loading the others
export async function startOrg(options: OrgOptions & { readonly log: Log }): Promise<RunningOrg> {
  const { openOrg } = await import('./org/org.ts')
  return await openOrg(systemEnvironment(options.log), options)
}

export async function startKeeper(options: KeeperOptions & { readonly log: Log }): Promise<Keeper> {
  const { openKeeper } = await import('./keeper/keeper.ts')
  return await openKeeper(systemEnvironment(options.log), options)
}

export async function startKeeperService(options: KeeperServiceOptions & ServiceTerms): Promise<RunningKeeper> {
  const { openKeeperService } = await import('./keeper/service/service.ts')
  return await openKeeperService(withWriter(systemEnvironment(options.log), options.writer), options)
}

export async function startGateway(options: GatewayOptions & ServiceTerms): Promise<RunningGateway> {
  const { openGateway } = await import('./gateway/gateway.ts')
  return await openGateway(withWriter(systemEnvironment(options.log), options.writer), options)
}

export async function startCutovers({
  storage,
  log,
}: {
  readonly storage: string
  readonly log: Log
}): Promise<Cutovers> {
  const { openCutovers } = await import('./cutover/cutover.ts')
  return await openCutovers({ ...systemEnvironment(log), clock: steadyClock }, storage)
}

type ServiceTerms = {
  readonly log: Log
  /** Of its store: `inline` saves the memory of a thread, and the loop waits for each commit (P-15); a thread of its own if not said. */
  readonly writer?: 'inline' | undefined
}

type Environment = OrgEnvironment & GatewayEnvironment & KeeperEnvironment & CutoverEnvironment

const openInline: typeof openStorage = async (wanted) => await openStorage({ ...wanted, writer: 'inline' })

const withWriter = (world: Environment, writer: ServiceTerms['writer']): Environment =>
  writer === undefined ? world : { ...world, openStorage: openInline }

/** The real one; a test replaces what it wants to bend. */
export function systemEnvironment(log: Log): Environment {
  return {
    clock: () => instant(Date.now()),
    monotonic: () => performance.now(),
    random: pooledRandom(),
    wait: async (length: Duration, brokenOff?: AbortSignal) =>
      await sleep(length, undefined, brokenOff === undefined ? {} : { signal: brokenOff }),
    log,
    openStorage,
  }
}

/** As late as it was when the process began, and what has passed since: for waits of minutes, which nobody shortens by putting the clock on, nor stretches
 *  by putting it back. */
export const steadyClock: Clock = () => instant(Math.floor(performance.timeOrigin + performance.now()))

const poolBytes = 16 * 1024

/** Bytes from the system's source, drawn in one go for many callers: a draw of 32 costs a call into OpenSSL otherwise. Each byte is handed
 *  out once and erased here. */
function pooledRandom(): RandomBytes {
  const pool = new Uint8Array(poolBytes)
  let used = poolBytes
  return (count) => {
    if (count > poolBytes) return randomFillSync(new Uint8Array(count))
    if (used + count > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    const drawn = pool.slice(used, used + count)
    pool.fill(0, used, used + count)
    used += count
    return drawn
  }
}
