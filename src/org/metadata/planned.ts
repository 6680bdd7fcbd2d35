/** What applying an org file works with, and what it comes to for one object. */
import type { Storage } from '../../storage/storage.ts'
import type { OrgConfiguration } from '../configuration.ts'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import type { AppRow } from '../store/apps.ts'
import type { ObjectRow } from '../store/objects.ts'
import type { RecordIds } from '../store/record-ids.ts'
import type { Change } from '../store/save.ts'
import type { UserRow } from '../store/users.ts'
import type { OrgWrites } from '../store/writes.ts'
import type { Keyring } from '../tokens/keyring.ts'
import type { LazyPasswords } from '../tokens/lazy-passwords.ts'
import type { Passwords } from '../tokens/passwords.ts'
import type { Difference } from './merge.ts'
import type { ObjectFault } from './object-fault.ts'

export type ApplyParts = {
  readonly storage: Storage<OrgWrites>
  readonly keyring: Keyring
  readonly random: RandomBytes
  readonly clock: Clock
  readonly recordIds: RecordIds
  readonly passwords: Passwords
  readonly configuration: OrgConfiguration
  /** Where given, passwords are hashed at their first use instead of now: for tests, since start-up then costs nothing. */
  readonly lazyPasswords?: LazyPasswords
}

/** What becomes of one object; without `change` it stays as it is. `refused`: what it may not become, being what it is. */
export type Planned = {
  readonly object: string
  readonly change?: Change
  readonly differences: readonly Difference[]
  readonly refused?: readonly ObjectFault[]
}
export type Stored = {
  readonly objects: ReadonlyMap<string, ObjectRow>
  readonly apps: ReadonlyMap<string, AppRow>
  /** Those that the file names. */
  readonly users: ReadonlyMap<string, UserRow>
  /** Names of those that a file has named, this one or an earlier one. */
  readonly usersFromFile: readonly string[]
}
