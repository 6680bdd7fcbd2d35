/** Retrieves and deploys under way and done. Asked for by their id; forgotten when many came after them, and at a restart. */
import type { RandomBytes } from '../../values/domain.ts'
import { numberedId } from '../../values/salesforce-id.ts'
import type { SoapFields } from './soap.ts'

export type Job = {
  readonly id: string
  /** What is known from the start. */
  readonly about: SoapFields
  /** Undefined while it is under way. */
  result?: SoapFields
  isCancelled?: true
}
export type Jobs = {
  readonly add: (prefix: '09S' | '0Af', about: SoapFields) => Job
  readonly find: (id: string) => Job | undefined
  /** Deploys run one after the other, in the order in which they came (SF-320). Never rejects: whoever works says itself what went wrong. */
  readonly queue: (work: () => Promise<void>) => void
}

const most = 200

export function openJobs(random: RandomBytes): Jobs {
  const jobs = new Map<string, Job>()
  let last = Promise.resolve()
  return {
    add(prefix, about) {
      const job: Job = { id: numberedId(prefix, Buffer.from(random(6)).readUIntBE(0, 6)), about }
      jobs.set(job.id, job)
      const [oldest] = jobs.keys()
      if (jobs.size > most && oldest !== undefined) jobs.delete(oldest)
      return job
    },
    // 15 characters name the same as 18 (SF-02)
    find: (id) => jobs.get(id) ?? [...jobs.values()].find((each) => each.id.slice(0, 15) === id),
    queue(work) {
      last = last.then(work)
    },
  }
}
