/** Connections that are redeemed over and over, as the customers of an integration would: how often it went well, and where each left from. */
import type { Keeper } from '../../../keeper/keeper-face.ts'
import { KeeperError } from '../../../keeper/keeper-error.ts'

export type Redemption = {
  readonly from: string | undefined
  /** Undefined where it went well. */
  readonly failure: string | undefined
}

export type Tally = {
  readonly good: number
  readonly failed: number
  /** How often each reason was given. */
  readonly failures: ReadonlyMap<string, number>
  /** By the address that they left from, of those that went well. */
  readonly from: ReadonlyMap<string, number>
}

export type Load = {
  readonly tally: () => Tally
  /** Resolves when what is under way has ended. */
  readonly stop: () => Promise<void>
}

export type LoadWish = {
  readonly keeper: Keeper
  readonly connections: readonly string[]
  /** After each redemption of a connection; ms. */
  readonly pause: number
  readonly wait: (ms: number) => Promise<void>
}

export function openLoad({ keeper, connections, pause, wait }: LoadWish): Load {
  const counts = { good: 0, failed: 0, failures: new Map<string, number>(), from: new Map<string, number>() }
  const stopping = new AbortController()
  const customer = async (id: string): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { from, failure } = await redeem(keeper, id)
      if (failure === undefined) {
        counts.good += 1
        if (from !== undefined) add(counts.from, from)
      } else {
        counts.failed += 1
        add(counts.failures, failure)
      }
      await wait(pause)
    }
  }
  const all = Promise.all(connections.map(customer))
  return {
    tally: () => ({ ...counts, failures: new Map(counts.failures), from: new Map(counts.from) }),
    async stop() {
      stopping.abort()
      await all
    },
  }
}

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

async function redeem(keeper: Keeper, id: string): Promise<Redemption> {
  try {
    await keeper.verify(id)
    const view = await keeper.connection(id)
    return { from: view?.lastEgress, failure: undefined }
  } catch (cause) {
    if (cause instanceof KeeperError) return { from: undefined, failure: cause.code }
    throw cause
  }
}
