/** A proxy of others, which the probe is run against beside ours. */
import type { Scope } from '../kit.ts'
import type { Subject } from '../probe/rows.ts'

export type Peer = {
  readonly name: string
  /** Why it is not probed here; undefined where it can be. */
  readonly missing: string | undefined
  /** With as little configuration as it takes; with credentials it asks for those. Serving when it resolves. */
  readonly start: (t: Scope, credentials: Subject['credentials']) => Promise<Subject>
}
