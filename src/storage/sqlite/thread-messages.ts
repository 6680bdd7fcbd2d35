/** What the calling thread and the writer thread say to each other. */
import type { MessagePort } from 'node:worker_threads'
import type { StoreClock } from '../clock.ts'
import type { InjectionPlan } from '../injection.ts'
import type { Sharing } from '../options.ts'
import type { Batch } from './batch.ts'
import type { CarriedError } from './carried-error.ts'

/** The thread's workerData. The two talk over a port of their own, which can be looked at between two events. */
export type ThreadStart = { readonly task: ThreadTask; readonly port: MessagePort }

export type ThreadTask = {
  readonly file: string
  readonly writesModule: string
  readonly maxPages: number | undefined
  readonly injection: InjectionPlan | undefined
  readonly sharing: Sharing
  readonly clock: Exclude<StoreClock, () => number> | undefined
}

/** A batch, or the order to close. */
export type ToThread = Batch | 'close'

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'not-ready'; readonly cause: CarriedError }
  /** `values` in the form of `v8.serialize`, made before the commit. */
  | { readonly kind: 'committed'; readonly values: Uint8Array }
  | { readonly kind: 'undone'; readonly cause: CarriedError; readonly alone: boolean }
  | { readonly kind: 'busy' | 'unknown'; readonly cause: CarriedError }
