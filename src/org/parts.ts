/** What the flows and endpoints of one org work with; made once in `org.ts`, and never added to on the way. */
import type { Clock, RandomBytes } from '../values/domain.ts'
import type { RangeMatcher } from '../ip/matcher.ts'
import type { SourceAddress } from '../ip/source-address.ts'
import type { Duration } from '../values/time.ts'
import type { Storage } from '../storage/storage.ts'
import type { Writability } from '../storage/writability.ts'
import type { OrgConfiguration } from './configuration.ts'
import type { Faults } from './testing/faults.ts'
import type { FailureLimits } from './failure-limits.ts'
import type { Monitor } from './monitor.ts'
import type { EpochSource } from './epoch.ts'
import type { SettingsSource } from './settings.ts'
import type { KnownGrants } from './store/known-grants.ts'
import type { RecordIds } from './store/record-ids.ts'
import type { OrgWrites } from './store/writes.ts'
import type { Keyring } from './tokens/keyring.ts'
import type { SigningKeys } from './tokens/signing-keys.ts'

export type OrgParts = {
  /** The store's clock, test offset included (P-13). */
  readonly clock: Clock
  /** Milliseconds that never go back, for deadlines. */
  readonly monotonic: () => number
  readonly random: RandomBytes
  /** Real waiting, for the delays of the testing plane. */
  readonly wait: (length: Duration) => Promise<void>
  readonly storage: Storage<OrgWrites>
  readonly knownGrants: KnownGrants
  readonly writability: Writability
  readonly settings: SettingsSource
  readonly keyring: Keyring
  readonly configuration: OrgConfiguration
  /** Peers whose forwarding headers are believed (SF-10). */
  readonly trustedProxies: RangeMatcher
  /** Origin of this server as clients know it, without a trailing slash. */
  readonly publicUrl: () => string
  readonly recordIds: RecordIds
  /** Of the data; undefined for a store in memory. */
  readonly folder: string | undefined
  /** As of the last change through the admin API (P-08). */
  readonly epoch: EpochSource
  readonly signingKeys: SigningKeys
  readonly revocationLog: RevocationLog
  readonly monitor: Monitor
  readonly failureLimits: FailureLimits
  /** Faults on demand; without the testing plane, one that never strikes. */
  readonly faults: Faults
  readonly log: Log
}

/** Revocations outside the store and its backups, so that restoring one brings no revoked family back (P-08). */
export type RevocationLog = {
  /** Never rejects: the store holds the revocation already (see `revocation-log.ts`). */
  readonly append: (revocations: readonly Revocation[]) => Promise<void>
  readonly readAll: () => Promise<KnownRevocations>
  /** Leaves out what was revoked before this instant. Never rejects: what cannot be left out stays. */
  readonly forget: (before: number) => Promise<void>
}
/** `since`: those of before it may have been left out; 0 where none was. */
export type KnownRevocations = { readonly revocations: readonly Revocation[]; readonly since: number }
export type Revocation = { readonly grant: string; readonly at: number; readonly reason: string }

/** Structured records; fields never hold a secret. */
export type Log = {
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void
}

/** Who asks, as far as it goes into records and decisions. */
export type Caller = {
  readonly from: SourceAddress
  readonly userAgent: string | undefined
  /** False once the client has hung up (P-03). */
  readonly listening: () => boolean
}
