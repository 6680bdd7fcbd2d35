/** What a keeper takes from the world. */
import type { OpenOptions } from '../storage/options.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import { type Duration } from '../values/time.ts'
import type { Log } from './log.ts'
import { type KeeperWrites } from './store/writes.ts'
import { type Transport } from './transport/transport.ts'
import type { Resolve } from './transport/resolve.ts'
import type { TellerTerms } from './webhooks/teller.ts'
import { type WebhookParts } from './webhooks/webhooks.ts'

/** A test replaces what it wants to bend. */
export type KeeperEnvironment = {
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly random: RandomBytes
  /** Rejects when it is broken off. */
  readonly wait: (length: Duration, brokenOff?: AbortSignal) => Promise<void>
  readonly log: Log
  readonly openStorage: (options: OpenOptions<KeeperWrites>) => Promise<Storage<KeeperWrites>>
  /** In the place of the one that the options describe. */
  readonly transport?: Transport
  /** Of the hosts of webhooks, and of login hosts that are gone to directly; in the place of the system's. */
  readonly resolve?: Resolve
  readonly webhookTerms?: Partial<WebhookTerms>
}

/** `attempt`: milliseconds for one delivery, from the resolution of its name to the head of the answer. */
export type WebhookTerms = TellerTerms & Pick<WebhookParts, 'poll'> & { readonly attempt: number }
