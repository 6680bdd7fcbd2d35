/** Cutovers of this installation: planned, run, asked about, and asked to do otherwise. */
import { hash } from 'node:crypto'
import type { OpenOptions } from '../storage/options.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import { before, instant, isoText, type Duration, type Instant } from '../values/time.ts'
import { readEntry, writeEntry } from './entry-text.ts'
import { FencedOff, notWritten, takeJournal, type OpenJournal } from './journal.ts'
import { listSeenOf, readLists } from './look.ts'
import type { CutoverPorts, ListReading, PoolReading, Redeemer } from './ports.ts'
import type { Command, Question } from './rules/command.ts'
import type { Entry, MemberBefore, Wish } from './rules/journal.ts'
import { writeRows } from './rules/list-change.ts'
import { judgePlan, type PlanJudgement } from './rules/plan-faults.ts'
import { isSameMove, type Plan } from './rules/plan.ts'
import type { PoolMember } from './rules/seen.ts'
import { stateOf, type State } from './rules/state.ts'
import { abortion } from './rules/steps/disturbed.ts'
import { runCutover, type RunEnd } from './runner.ts'
import { findCutover, findCutovers, findEntries, findUnderWay, type StoredCutover } from './store/journal.ts'
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

/** `hash` names all that was read, and the plan: another one is another world (L-88). */
export type Judgement = PlanJudgement & { readonly hash: string }
/** `expects`: the hash that a person has seen, and agreed to. */
export type BeginTerms = { readonly expects?: string }
export type Begun =
  | { readonly kind: 'begun'; readonly id: string; readonly resumed: boolean }
  /** Nothing was begun: since it was planned, lists, pool or plan have become others. */
  | { readonly kind: 'changed'; readonly expected: string; readonly hash: string }
  /** Of these apps a cutover of another plan is under way; `hash` is that of its plan. */
  | { readonly kind: 'other-plan'; readonly id: string; readonly hash: string | undefined }

export type Cutovers = {
  /** What would happen, by what there is now; changes nothing. */
  readonly judge: (plan: Plan, ports: CutoverPorts) => Promise<Judgement>
  /** The one of these apps that is under way, or a new one. */
  readonly begin: (plan: Plan, ports: CutoverPorts, terms?: BeginTerms) => Promise<Begun>
  readonly run: (id: string, terms: RunTerms) => Promise<RunOutcome>
  readonly ask: (id: string, what: Wish) => Promise<boolean>
  /** What was asked of a person may be so: that, and nothing besides. */
  readonly answer: (id: string, question: Question) => Promise<void>
  /** Ends at once what a person has aborted. `left`: somebody runs it, or what was under way has to be made void first (P-64); whoever runs it ends it. */
  readonly endAborted: (id: string) => Promise<'ended' | 'left'>
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
    begin: async (plan, ports, { expects } = {}) => await begin({ storage, clock, random }, { plan, ports, expects }),
    async run(id, terms) {
      const taken = await takeJournal({ storage, holder, leaseMs }, id)
      if (taken.kind !== 'taken') return taken
      try {
        return await runCutover({ ...terms, journal: taken.journal, clock, wait, runner: holder })
      } catch (cause) {
        if (cause instanceof FencedOff) return await takenOver(storage, id)
        throw cause
      } finally {
        await taken.journal.release()
      }
    },
    ask,
    async answer(id, question) {
      await say(storage, id, answerTo(question, clock()))
    },
    async endAborted(id) {
      const taken = await takeJournal({ storage, holder, leaseMs }, id)
      if (taken.kind !== 'taken') return 'left'
      try {
        return await endAborted(taken.journal, clock)
      } finally {
        await taken.journal.release()
      }
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

/** Whoever was slower than his lease is told who goes on with it. */
async function takenOver(storage: Storage<CutoverWrites>, id: string): Promise<RunOutcome> {
  const about = await storage.read(() => findCutover(id))
  if (about === undefined) return { kind: 'unknown' }
  const { holder, until } = about
  return holder === null ? { kind: 'stopped' } : { kind: 'held', holder, until: instant(until) }
}

async function endAborted(journal: OpenJournal, clock: Clock): Promise<'ended' | 'left'> {
  const state = stateOf(await journal.read())
  if (!state.aborted || state.open !== undefined) return 'left'
  const { how, instruction } = abortion(state)
  await journal.write({ at: clock(), kind: 'ended', how, instruction })
  return 'ended'
}

function answerTo({ about, names, answer }: Question, at: Instant): Entry {
  switch (about) {
    case 'silent':
      return { at, kind: 'released-silent', names }
    case 'tunnels':
      return { at, kind: 'released-tunnels', addresses: names }
    case 'list':
    case 'pause':
    case 'hold':
      return { at, kind: 'asked', what: answer }
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
  if (said.kind !== 'committed') throw notWritten(said)
  return said.value.kind === 'written'
}

function checkPorts({ apps }: Plan, { lists }: CutoverPorts): void {
  if (apps.length !== lists.length)
    throw new Error(`the plan has ${apps.length} apps, and there are ${lists.length} lists`)
}

type BeginParts = Pick<CutoverEnvironment, 'clock' | 'random'> & { readonly storage: Storage<CutoverWrites> }
type Beginning = { readonly plan: Plan; readonly ports: CutoverPorts; readonly expects: string | undefined }

async function begin({ storage, clock, random }: BeginParts, { plan, ports, expects }: Beginning): Promise<Begun> {
  checkPorts(plan, ports)
  const names = plan.apps.map(({ name }) => name)
  const other = await storage.read(() => findUnderWay(names))
  if (other !== undefined) return await resumed(storage, other, { plan, expects })
  const since = before(clock(), ports.lookBack)
  const [lists, pool] = await Promise.all([readLists(ports), ports.traffic.read(since)])
  const hashed = hashOf(plan, lists, pool)
  if (expects !== undefined && expects !== hashed) return { kind: 'changed', expected: expects, hash: hashed }
  const seen = lists.map((each) => listSeenOf(each, [...plan.from, ...plan.to]))
  const id = `${isoText(clock()).slice(0, 10)}-${Buffer.from(random(3)).toString('hex')}`
  const planned: Entry = {
    at: clock(),
    kind: 'planned',
    plan,
    lists: seen,
    pool: pool.members.map(beforeOf),
    hash: hashed,
  }
  const made = await storage.write('createCutover', { id, apps: names, entry: writeEntry(planned) })
  if (made.kind !== 'committed') throw notWritten(made)
  if (made.value.kind === 'created') return { kind: 'begun', id, resumed: false }
  return await resumed(storage, made.value.id, { plan, expects })
}

const beforeOf = ({ address, mode, name }: PoolMember): MemberBefore => ({
  ...{ address, mode },
  ...(name === undefined ? {} : { name }),
})

/** Only of the same plan: ports of other apps or addresses would be taken for those of the journal. */
async function resumed(
  storage: Storage<CutoverWrites>,
  id: string,
  { plan, expects }: Pick<Beginning, 'plan' | 'expects'>,
): Promise<Begun> {
  const [line] = await storage.read(() => findEntries({ id, after: 0 }))
  const planned = line === undefined ? undefined : readEntry(line.entry)
  if (planned?.kind !== 'planned') throw new Error(`the journal of ${id} does not begin with its plan`)
  if (!isSameMove(planned.plan, plan) || (expects !== undefined && expects !== planned.hash))
    return { kind: 'other-plan', id, hash: planned.hash }
  return { kind: 'begun', id, resumed: true }
}

async function judge(plan: Plan, ports: CutoverPorts, now: Instant): Promise<Judgement> {
  checkPorts(plan, ports)
  const since = before(now, ports.lookBack)
  const [lists, pool, redeemers] = await Promise.all([
    readLists(ports),
    ports.traffic.read(since),
    Promise.all(ports.lists.map(({ allowlist }) => allowlist.redeemers(since))),
  ])
  const judged = judgePlan(plan, {
    lists: lists.map(({ rows, isEnforced }, i) => ({
      ...{ rows, isEnforced },
      redeemers: addressesOf(redeemers[i] ?? 'unknown'),
    })),
    ...{ pool: pool.members, strangers: pool.strangers },
  })
  return { ...judged, hash: hashOf(plan, lists, pool) }
}

const addressesOf = (redeemers: readonly Redeemer[] | 'unknown'): readonly string[] =>
  redeemers === 'unknown' ? [] : redeemers.map(({ address }) => address)

/** Of what a person agrees to: the plan, each list with its version, and where traffic may leave from. */
function hashOf(plan: Plan, lists: readonly ListReading[], { members }: PoolReading): string {
  const pool = members.map(({ address, mode }) => `${address} ${mode}`).toSorted()
  const read = lists.map(({ rows, version, isEnforced, claimed = false }) => [
    ...[writeRows(rows).map(({ start, end }) => `${start} ${end}`), version, isEnforced, claimed],
  ])
  return hash('sha256', JSON.stringify([plan, read, pool]), 'hex').slice(0, 16)
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
