/** Cutovers of this installation: planned, run, asked about, and asked to do otherwise. */
import type { OpenOptions } from '../storage/options.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import { before, isoText, type Duration, type Instant } from '../values/time.ts'
import { readEntry, writeEntry } from './entry-text.ts'
import { takeJournal } from './journal.ts'
import { listSeenOf } from './look.ts'
import type { CutoverPorts } from './ports.ts'
import type { Command } from './rules/command.ts'
import type { Entry } from './rules/journal.ts'
import { judgePlan, type PlanJudgement } from './rules/plan-faults.ts'
import type { Plan } from './rules/plan.ts'
import { stateOf, type State } from './rules/state.ts'
import { runCutover, type RunEnd } from './runner.ts'
import { findCutover, findCutovers, findEntries, type StoredCutover } from './store/journal.ts'
import { findNotices, type StoredNotice } from './store/notices.ts'
import { migrations } from './store/migrations.ts'
import { writes, type CutoverWrites } from './store/writes.ts'

export type CutoverEnvironment = {
  readonly clock: Clock
  readonly wait: (length: Duration) => Promise<void>
  readonly random: RandomBytes
  readonly openStorage: (options: OpenOptions<CutoverWrites>) => Promise<Storage<CutoverWrites>>
}

export type RunTerms = {
  readonly ports: CutoverPorts
  readonly tell: (command: Command, state: State) => void
  readonly stopping: AbortSignal
}
export type RunOutcome =
  RunEnd | { readonly kind: 'held'; readonly holder: string; readonly until: Instant } | { readonly kind: 'unknown' }
export type CutoverView = { readonly about: StoredCutover; readonly entries: readonly Entry[]; readonly state: State }

export type Cutovers = {
  /** What would happen, by what there is now; changes nothing. */
  readonly judge: (plan: Plan, ports: CutoverPorts) => Promise<PlanJudgement>
  /** The one of this app that is under way, or a new one. */
  readonly begin: (plan: Plan, ports: CutoverPorts) => Promise<{ readonly id: string; readonly resumed: boolean }>
  readonly run: (id: string, terms: RunTerms) => Promise<RunOutcome>
  readonly ask: (id: string, what: (Entry & { readonly kind: 'asked' })['what']) => Promise<boolean>
  readonly releaseSilent: (id: string, names: readonly string[]) => Promise<void>
  /** The newest where no id is said. */
  readonly view: (id?: string) => Promise<CutoverView | undefined>
  /** What became of those who were to be told, oldest first. */
  readonly notices: (id: string) => Promise<readonly StoredNotice[]>
  /** Never rejects: a notification stops nothing. */
  readonly noteNotice: (id: string, notice: StoredNotice) => Promise<void>
  /** The newest first. */
  readonly list: (limit: number) => Promise<readonly StoredCutover[]>
  readonly close: () => Promise<void>
}

const leaseMs = 60_000

/** Rejects with a StorageFault. */
export async function openCutovers(environment: CutoverEnvironment, url: string): Promise<Cutovers> {
  const { clock, wait, random } = environment
  const storage = await openStore(environment, url)
  const holder = `${process.pid}-${Buffer.from(random(3)).toString('hex')}`
  const ask: Cutovers['ask'] = async (id, what) => await say(storage, id, { at: clock(), kind: 'asked', what })
  return {
    judge: async (plan, ports) => await judge(plan, ports, clock()),
    async begin(plan, { allowlist }) {
      const list = listSeenOf(await allowlist.read(), [...plan.from, ...plan.to])
      const id = `${isoText(clock()).slice(0, 10)}-${Buffer.from(random(3)).toString('hex')}`
      const planned: Entry = { at: clock(), kind: 'planned', plan, list }
      const made = await storage.write('createCutover', { id, app: plan.app, entry: writeEntry(planned) })
      if (made.kind !== 'committed') throw new Error('the journal cannot be written')
      return made.value.kind === 'created' ? { id, resumed: false } : { id: made.value.id, resumed: true }
    },
    async run(id, terms) {
      const taken = await takeJournal({ storage, holder, leaseMs }, id)
      if (taken.kind !== 'taken') return taken
      try {
        return await runCutover({ ...terms, journal: taken.journal, clock, wait, runner: holder })
      } finally {
        await taken.journal.release()
      }
    },
    ask,
    async releaseSilent(id, names) {
      await say(storage, id, { at: clock(), kind: 'released-silent', names })
    },
    view: async (id) => await view(storage, id),
    notices: async (id) => await storage.read(() => findNotices(id)),
    async noteNotice(id, notice) {
      await storage.write('noteNotice', { id, notice }).catch(() => undefined)
    },
    list: async (limit) => await storage.read(() => findCutovers(limit)),
    close: () => storage.close(),
  }
}

async function openStore({ openStorage }: CutoverEnvironment, url: string): Promise<Storage<CutoverWrites>> {
  // a name handed to a thread is not an import, so the compiler does not rewrite it
  const writesModule = new URL(`./store/writes.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
  return await openStorage({
    ...{ url, system: 'cutover', migrations, writes, writesModule },
    sharing: 'several-processes',
    writer: 'inline',
  })
}

async function say(storage: Storage<CutoverWrites>, id: string, entry: Entry): Promise<boolean> {
  const said = await storage.write('ask', { id, at: entry.at, entry: writeEntry(entry) })
  if (said.kind !== 'committed') throw new Error('the journal cannot be written')
  return said.value.kind === 'written'
}

async function judge(plan: Plan, { allowlist, traffic, lookBack }: CutoverPorts, now: Instant): Promise<PlanJudgement> {
  const since = before(now, lookBack)
  const [list, pool, redeemers] = await Promise.all([allowlist.read(), traffic.read(since), allowlist.redeemers(since)])
  return judgePlan(plan, {
    ...{ rows: list.rows, isEnforced: list.isEnforced, pool: pool.members, strangers: pool.strangers },
    redeemers: redeemers === 'unknown' ? [] : redeemers.map(({ address }) => address),
  })
}

async function view(storage: Storage<CutoverWrites>, id: string | undefined): Promise<CutoverView | undefined> {
  const about = await storage.read(function* () {
    return id === undefined ? (yield* findCutovers(1))[0] : yield* findCutover(id)
  })
  if (about === undefined) return undefined
  const rows = await storage.read(() => findEntries({ id: about.id, after: 0 }))
  const entries = rows.map(({ entry }) => readEntry(entry))
  return { about, entries, state: stateOf(entries) }
}
