/** A started org from its first line of output to its last request. */
import { setTimeout as wait } from 'node:timers/promises'
import { faultLine } from '../documents/fault.ts'
import { complaint, printWarning, type Complaint } from './complaint.ts'
import { complaintOf } from './complaint-of.ts'
import { startOrg, type OrgRequest, type StartedOrg } from './start-org.ts'
import { listenForStop } from './stop-signals.ts'
import type { Terminal } from './terminal.ts'

export type AfterStart = (org: StartedOrg) => Promise<void>

/** The first line on standard output is the one that programs wait for. Resolves when the org was asked to stop and has drained; throws a
 *  Complaint where it cannot start, or where its store can take no further write (P-04). */
export async function serveOrg(terminal: Terminal, request: OrgRequest, afterStart: AfterStart): Promise<void> {
  const stop = listenForStop()
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {}) // heard below, and by nobody before that
  const org = await start(request, (cause) => broken.reject(storeGaveUp(cause)))
  terminal.out(JSON.stringify({ event: 'listening', service: 'org', url: org.url }))
  for (const each of org.warnings) printWarning(terminal, { means: faultLine(each), next: [each.next] })
  try {
    await Promise.race([afterStart(org).then(() => stop.requested), stop.requested, broken.promise])
  } catch (cause) {
    await Promise.race([org.close(), wait(longestFarewell, undefined, { ref: false })]) // a store that gave up may never close
    throw cause
  }
  terminal.err('Stopping: what was accepted is finished first. A second Ctrl-C stops at once.')
  await org.close()
}

const longestFarewell = 5_000

async function start(request: OrgRequest, onFault: (cause: Error) => void): Promise<StartedOrg> {
  try {
    return await startOrg(request, onFault)
  } catch (cause) {
    throw complaintOf(cause, request.configuration.listen) ?? wordsToMend(cause) ?? cause
  }
}

/** What opens an org throws plain errors with a sentence on what to mend; errors of other kinds (TypeError, …) are defects. */
function wordsToMend(cause: unknown): Complaint | undefined {
  if (!(cause instanceof Error) || cause.constructor !== Error || 'code' in cause) return undefined
  return complaint(`The org cannot start: ${cause.message}`, 'sallyport doctor')
}

function storeGaveUp(cause: Error): Complaint {
  return complaint(`The store can take no further write: ${cause.message}`, 'df -h', 'sallyport doctor', 'Start again.')
}
