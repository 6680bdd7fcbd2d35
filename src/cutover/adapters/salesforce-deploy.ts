/** One deploy at a time, followed to its end: it is asynchronous, and one that is late may still change the list. */
import type { Clock } from '../../values/domain.ts'
import type { Duration } from '../../values/time.ts'
import type { Wait } from '../ports.ts'
import { pollOf, SalesforceRefusal, type SalesforceApi } from './salesforce-api.ts'

export type DeployEnd =
  | { readonly kind: 'succeeded'; readonly id: string }
  /** `why` in Salesforce's words. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }

export type Deploys = {
  readonly run: (zip: Buffer, options: DeployOptions) => Promise<DeployEnd>
  /** Rejects while a deploy that was given up is still under way: nobody knows what the list will be. */
  readonly settle: () => Promise<void>
}
/** `wait`: between two looks at it; that of all where left out. */
export type DeployOptions = { readonly checkOnly: boolean; readonly wait?: Wait | undefined }
export type DeployParts = {
  readonly api: SalesforceApi
  readonly clock: Clock
  readonly wait: (length: Duration) => Promise<void>
  /** How long a deploy is waited for. */
  readonly patience: Duration
}

export function openDeploys({ api, clock, wait, patience }: DeployParts): Deploys {
  let late: string | undefined
  const follow = async (id: string, pause: Wait): Promise<DeployEnd> => {
    const begun = clock()
    for (;;) {
      const { done, succeeded, status, problems, isPassing } = await api.deployStatus(id)
      if (done && succeeded) return { kind: 'succeeded', id }
      if (done)
        return {
          kind: isPassing ? 'unknown' : 'refused',
          why: `the deploy ${id} ${status}: ${problems.join('; ') || 'it says no more'}`,
        }
      if (clock() - begun >= patience) throw new Error(`the deploy ${id} is ${status} after ${patience / 1000} s`)
      await pause(pollOf(patience))
    }
  }
  return {
    async run(zip, options) {
      let id: string
      try {
        id = await api.deploy(zip, options)
      } catch (cause) {
        return cause instanceof SalesforceRefusal
          ? { kind: 'refused', why: cause.message }
          : { kind: 'unknown', why: reasonOf(cause) }
      }
      try {
        return await follow(id, options.wait ?? wait)
      } catch (cause) {
        late = options.checkOnly ? late : id
        await api.cancelDeploy(id).catch(() => undefined) // as good as it gets; `settle` sees what became of it
        return { kind: 'unknown', why: reasonOf(cause) }
      }
    },
    async settle() {
      if (late === undefined) return
      const { done, status } = await api.deployStatus(late)
      if (!done) throw new Error(`the deploy ${late}, which was given up, is ${status} still`)
      late = undefined
    },
  }
}

export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
