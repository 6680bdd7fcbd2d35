/** Wakes those in this process who wait for events, as soon as one may have been recorded. What other processes record is found by looking. */
import type { Storage } from '../storage/storage.ts'
import type { KeeperWrites } from './store/writes.ts'

export type Bell = {
  /** Until the returned function is called. */
  readonly listen: (wake: () => void) => () => void
}

/** Those that may record an event. One that is not named here is only told of later. */
const mayRecord: ReadonlySet<string> = new Set<keyof KeeperWrites>([
  ...(['createConnection', 'replaceToken', 'removeConnection', 'adoptGrant'] as const),
  ...(['handOver', 'takeBack', 'importConnection'] as const),
  ...(['commitExchange', 'judgeAttempt', 'closeAttempt', 'setState'] as const),
  ...(['settleDelivery', 'resumeWebhook'] as const),
])

/** The same storage, with a bell that rings behind its commits. */
export function withBell(storage: Storage<KeeperWrites>): {
  readonly storage: Storage<KeeperWrites>
  readonly bell: Bell
} {
  const listeners = new Set<() => void>()
  const listen: Bell['listen'] = (wake) => {
    listeners.add(wake)
    return () => void listeners.delete(wake)
  }
  const rung: Storage<KeeperWrites> = {
    engine: storage.engine,
    read: async (program) => await storage.read(program),
    async write(name, input, terms) {
      const result = await storage.write(name, input, terms)
      if (result.kind === 'committed' && mayRecord.has(name)) for (const wake of listeners) wake()
      return result
    },
    backup: async (path) => await storage.backup(path),
    close: async () => await storage.close(),
  }
  return { storage: rung, bell: { listen } }
}
