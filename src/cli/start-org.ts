/** The one place where a command starts an org: what it asks for, and what it gets. */
import type { OrgConfiguration } from '../org/configuration.ts'
import type { DocumentFault } from '../documents/fault.ts'
import type { Applied } from '../org/metadata/apply.ts'
import { startOrg as startSystem } from '../system.ts'
import type { Secret } from '../values/secret.ts'
import type { Duration } from '../values/time.ts'
import type { Log } from '../org/parts.ts'
import { documentComplaint } from './complaint.ts'
import { readOrgFileFrom } from './org-file.ts'

export type OrgRequest = {
  /** `sqlite:FOLDER` with an absolute path, or `sqlite::memory:`. */
  readonly storage: string
  readonly configuration: OrgConfiguration
  /** Absolute path of the org file. */
  readonly file: string | undefined
  readonly reapply: boolean
  readonly testing: boolean
  /** The demonstration's password is hashed at its first login, so that nothing waits for it at the start. */
  readonly lazyPasswords?: boolean | undefined
  /** SALLYPORT_ADMIN_TOKEN. */
  readonly adminToken: Secret | undefined
  readonly log: Log
}

export type StartedOrg = {
  /** Origin, with the port that was taken. */
  readonly url: string
  readonly adminToken: Secret
  /** `new`: made by this start, the one time that it is printed. */
  readonly adminTokenOrigin: 'given' | 'kept' | 'new'
  /** Of the data; undefined for a store in memory. */
  readonly folder: string | undefined
  /** What the org file did, and what it left as the admin API had made it. */
  readonly applied: Applied
  /** Of the org file; nothing that stops a start. */
  readonly warnings: readonly DocumentFault[]
  /** How far a test has put the org's clock ahead of the machine's; it stays with the data (P-13). */
  readonly clockAhead: Duration
  /** Finishes what was accepted, then releases the store. */
  readonly close: () => Promise<void>
}

/** Rejects with a Complaint on the org file, a StorageFault, or an error of the system such as EADDRINUSE. */
export async function startOrg(request: OrgRequest, onFault: (cause: Error) => void): Promise<StartedOrg> {
  const { storage, configuration, reapply, testing, lazyPasswords, adminToken, log } = request
  const read = request.file === undefined ? undefined : readOrgFileFrom(request.file, configuration)
  if (read?.ok === false) throw documentComplaint(read.fault)
  const options = {
    storage,
    configuration,
    file: read?.value.file,
    reapply,
    testing,
    lazyPasswords,
    adminToken,
    onFault,
    log,
  }
  const running = await startSystem(options)
  return {
    url: running.url,
    adminToken: running.adminToken.token,
    adminTokenOrigin: running.adminToken.origin,
    folder: running.folder,
    applied: running.applied,
    warnings: read?.value.warnings ?? [],
    clockAhead: running.clock.offset(),
    close: running.close,
  }
}
