/** The declared set of egresses: their health, which one a tunnel leaves by, and the dial itself. Nothing else in the gateway opens a connection. */
import type { Result } from '../../values/result.ts'
import { openDeadlineWheel } from '../relay/deadline-wheel.ts'
import type { AdmissionRow } from '../rules/egress/admission.ts'
import type { Balance } from '../rules/egress/choose.ts'
import type { EgressMode } from '../rules/egress/declared-set.ts'
import type { EgressDeclaration } from '../rules/egress/egress-set.ts'
import type { Refusal } from '../rules/refusal.ts'
import type { Dialled } from '../tunnel.ts'
import { openAdmissions } from './admissions.ts'
import { openChooser, type OpenAsk } from './chooser.ts'
import { dialWithFailover } from './failover.ts'
import { openStillChosen, type StillChosen } from './still-chosen.ts'
import { openMembers, type PoolOptions } from './members.ts'
import { viewOf, type EgressView } from './view.ts'

export type { AdmissionRow } from '../rules/egress/admission.ts'
export type { EgressDeclaration } from '../rules/egress/egress-set.ts'
export type { OpenAsk } from './chooser.ts'
export type { PoolOptions, PoolSettings } from './members.ts'
export type { EgressView } from './view.ts'

export type Pool = {
  /** Chooses, dials, fails over while nothing has been sent (P-40). The caller counts the tunnel by `count`. */
  readonly open: (ask: OpenAsk) => Promise<Result<Dialled, Refusal>>
  /** For who has a connection that could carry something further. */
  readonly stillChosen: StillChosen
  /** True where every egress that may be chosen resolves for itself (P-43). */
  readonly resolvesElsewhere: (pin: string | undefined) => boolean
  /** +1 when a tunnel starts, -1 when it has ended. */
  readonly count: (egress: string, by: 1 | -1) => void
  readonly views: () => readonly EgressView[]
  /** Adds, replaces and removes so that the set is this; tunnels of the removed ones are drained. Rejects nothing: an egress that cannot work is
   *  `unusable` and says why. Changes nothing for those that stay as they were. */
  readonly declare: (declarations: readonly EgressDeclaration[]) => Promise<void>
  /** From now on; false where there is none of that name. */
  readonly setMode: (name: string, mode: EgressMode) => boolean
  /** What an admin says; it holds until it is said anew, over what the configuration says. */
  readonly admit: (about: AdmissionRow) => void
  /** What the configuration says; replaces what it said before. */
  readonly declareAdmissions: (rows: readonly AdmissionRow[]) => void
  /** One round of probes now, for tests and `doctor`; resolves when every egress has its verdict. */
  readonly probeNow: () => Promise<void>
  /** Stops probing. Live tunnels are not touched. */
  readonly close: () => void
}

/** Empty until `declare`. */
export function openPool(options: PoolOptions): Pool {
  const tunnels = new Map<string, number>()
  const wheel = openDeadlineWheel({ monotonic: options.monotonic, tick: wheelTick })
  const set = openMembers(options, wheel)
  const admissions = openAdmissions()
  const balance = (): Balance => options.settings().balance
  const chooser = openChooser({ egresses: set.egresses, find: set.find, admissions: admissions.index, balance })
  const dialling = { wheel, monotonic: options.monotonic, signal: set.signal }
  return {
    open(ask) {
      const chosen = chooser.choose(ask)
      if (!chosen.ok) return Promise.resolve(chosen)
      const { attempt, dial } = options.deadlines()
      const { reachable, pin, gone, passed } = ask
      const limits = { attemptMs: attempt, totalMs: dial, sticky: balance() === 'affinity' }
      return dialWithFailover({ reachable, pin, gone, passed, lanes: chosen.value, ...limits }, dialling)
    },
    stillChosen: openStillChosen({ egresses: set.egresses, find: set.find, admissions: admissions.index }),
    resolvesElsewhere(pin) {
      const may = set.egresses().filter(({ declaration }) => pin === undefined || declaration.name === pin)
      return may.every((each) => each.local === undefined || !each.usable(pin === undefined ? undefined : 'pinned'))
    },
    count: (egress, by) => void tunnels.set(egress, (tunnels.get(egress) ?? 0) + by),
    views: () =>
      set.egresses().map((each) => {
        const counted = tunnels.get(each.declaration.name) ?? 0
        return viewOf(each, { tunnels: counted, admissions: admissions.index() })
      }),
    async declare(declarations) {
      const settled = set.declare(declarations)
      chooser.forget()
      await settled
    },
    setMode(name, mode) {
      const egress = set.find(name)
      egress?.setMode(mode)
      return egress !== undefined
    },
    admit: admissions.tell,
    declareAdmissions: admissions.configure,
    probeNow: set.ask,
    close: set.close,
  }
}

/** Fine enough for the delay between two attempts. */
const wheelTick = 10
