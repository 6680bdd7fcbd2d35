/** What an exchange works with; made once in `open.ts`. */
import type { Storage } from '../../storage/storage.ts'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import type { Duration } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import type { LoginHosts } from '../rules/login-hosts.ts'
import type { Moment } from '../rules/lease-terms.ts'
import type { Outcome } from '../rules/outcome.ts'
import type { AppCredentials } from '../rules/requests.ts'
import type { StoredConnection } from '../store/connection-row.ts'
import type { StoredAttempt } from '../store/attempt-row.ts'
import type { KeeperWrites } from '../store/writes.ts'
import type { KeeperSettings } from '../keeper-face.ts'
import type { Log } from '../log.ts'
import type { Replies } from './replies.ts'
import type { UnderWay } from './under-way.ts'
import type { Spool } from '../vault/spool.ts'
import type { Transport } from '../transport/transport.ts'
import type { Envelope, Lock } from '../vault/envelope.ts'
import type { Purpose } from '../vault/place.ts'

export type ExchangeParts = {
  readonly storage: Storage<KeeperWrites>
  readonly envelope: Envelope
  readonly transport: Transport
  readonly spool: Pick<Spool, 'reserve' | 'use'>
  readonly replies: Replies
  readonly underWay: UnderWay
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly wait: (length: Duration) => Promise<void>
  readonly random: RandomBytes
  readonly log: Log
  readonly settings: KeeperSettings
  /** Who may be spoken to besides Salesforce (P-28). */
  readonly hosts: LoginHosts
  /** Told what became of each exchange. */
  readonly countOutcome: (kind: Outcome['kind']) => void
  /** For requests to this login host. Rejects where there is no such app, or its secret does not open. */
  readonly credentialsOf: (tenant: string, app: string, loginUrl?: string) => Promise<AppCredentials>
}

/** A lease that is held, with what was seen under it. */
export type Held = {
  readonly key: ConnectionKey
  readonly fence: number
  /** Read before the lease was asked for. */
  readonly taken: Moment
  readonly connection: StoredConnection
  readonly open: readonly StoredAttempt[]
}

export const nowOf = ({ clock, monotonic }: Pick<ExchangeParts, 'clock' | 'monotonic'>): Moment => ({
  wall: clock(),
  monotonic: monotonic(),
})

/** Where a secret of the connection is sealed to. */
export const lockOf = (
  { key, dataKey }: Pick<StoredConnection, 'key' | 'dataKey'>,
  at: { readonly purpose: Purpose; readonly generation: number; readonly attempt: number },
): Lock => ({ place: { owner: { kind: 'connection', ...key }, ...at }, dataKey })
