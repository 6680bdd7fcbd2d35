/** `cutover status` and `cutover list`. */
import type { CutoverView, Cutovers } from '../../cutover/cutover.ts'
import { systemEnvironment } from '../../system.ts'
import { isoText, instant, type Instant } from '../../values/time.ts'
import { complaint, pasteable, printTroubles } from '../complaint.ts'
import { openLog } from '../log.ts'
import type { Terminal } from '../terminal.ts'
import { table } from '../table.ts'
import { clockWords } from './clocks.ts'
import { cutoversOf, type CutoverFlags } from './place.ts'
import type { StoredNotice } from '../../cutover/store/notices.ts'
import { proofsIn } from './proofs.ts'
import { momentOf, standingOf, type Standing } from './standing.ts'
import { storyOf, type Story, type StoryStep } from './story.ts'
import { taleOf } from './tale.ts'
import { clockTime, dayAndTime, lengthWords, listWords } from './words.ts'

export async function showStatus(terminal: Terminal, id: string | undefined, flags: CutoverFlags): Promise<void> {
  const now = systemEnvironment(openLog(terminal)).clock()
  await withCutovers(terminal, flags, async (cutovers) => {
    const view = await find(cutovers, id)
    const story = storyOf(view.entries, momentOf(view, now))
    const standing = standingOf(view, story, now)
    const notices = await cutovers.notices(view.about.id)
    if (flags.json === true) {
      const told = notices.map(({ at, ...rest }) => ({ at: isoText(instant(at)), ...rest }))
      return terminal.out(JSON.stringify({ ...statusJson(view, story, standing), notifications: told }))
    }
    for (const line of statusLines(terminal, view, { story, standing, now, notices })) terminal.out(line)
  })
}

export async function listCutovers(terminal: Terminal, flags: CutoverFlags): Promise<void> {
  const now = systemEnvironment(openLog(terminal)).clock()
  await withCutovers(terminal, flags, async (cutovers) => {
    const all = (await cutovers.list(100)).map(async ({ id }) => await find(cutovers, id))
    const views = await Promise.all(all)
    const rows = views.map((view) => ({
      view,
      standing: standingOf(view, storyOf(view.entries, momentOf(view, now)), now),
    }))
    if (flags.json === true)
      return terminal.out(JSON.stringify(rows.map(({ view, standing }) => rowJson(view, standing))))
    if (rows.length === 0) return printTroubles(terminal, noneYet().troubles)
    const lines = rows.map(({ view: { about, state }, standing }) => [
      ...[about.id, about.app, listWords(state.plan.from), listWords(state.plan.to)],
      ...[dayAndTime(instant(about.createdAt)), standing.state],
    ])
    for (const line of table([['Cutover', 'App', 'From', 'To', 'Begun (UTC)', 'State'], ...lines])) terminal.out(line)
  })
}

const rowJson = ({ about, state }: CutoverView, standing: Pick<Standing, 'state'>) => ({
  ...{ id: about.id, app: about.app, from: state.plan.from, to: state.plan.to, state: standing.state },
  ...{ begunAt: isoText(instant(about.createdAt)), endedAt: timeOrNull(about.endedAt) },
})

const timeOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : isoText(instant(at))

export async function withCutovers(
  terminal: Terminal,
  flags: CutoverFlags,
  work: (cutovers: Cutovers) => Promise<void>,
): Promise<void> {
  const cutovers = await cutoversOf(terminal, flags)
  try {
    await work(cutovers)
  } finally {
    await cutovers.close()
  }
}

/** The newest where no id is said. Throws a Complaint where there is none. */
export async function find(cutovers: Cutovers, id: string | undefined): Promise<CutoverView> {
  const view = await cutovers.view(id)
  if (view !== undefined) return view
  throw id === undefined ? noneYet() : complaint(`There is no cutover ${id}.`, 'sallyport cutover list')
}

const noneYet = () => complaint('No cutover was ever begun here.', 'sallyport cutover plan FILE')

/** The fields are documented in docs/guides/cutover.md. */
function statusJson(view: CutoverView, story: Story, { state, next, person }: Standing) {
  const { about, entries, state: now } = view
  const { direction, ended, held, paused, lists, turned } = now
  const steps = (all: readonly StoryStep[]) =>
    all.map((each) => ({ name: each.name, state: each.state, doneAt: timeOrNull(each.doneAt) }))
  return {
    ...rowJson(view, { state }),
    ...{ direction, turned: turned ?? null, ended: ended ?? null, held, paused },
    lists: lists.map(({ listed, asked, baseline }, i) => ({
      ...{ app: now.plan.apps[i]?.name, listed, asked: asked?.instruction ?? null },
      before: baseline?.kind === 'counted' ? { attempts: baseline.attempts, successes: baseline.successes } : null,
    })),
    runner: about.holder === null ? null : { name: about.holder, leaseEndsAt: isoText(instant(about.until)) },
    steps: steps(story.steps),
    ...{ next: { says: next.says, until: timeOrNull(next.until) }, person },
    ...{ entries: entries.length, proofs: proofsIn(entries) },
    story: taleOf(entries).map(({ at, text }) => ({ at: isoText(at), text })),
  }
}

type Shown = {
  readonly story: Story
  readonly standing: Standing
  readonly now: Instant
  readonly notices: readonly StoredNotice[]
}

function statusLines({ paint }: Terminal, { about, entries, state }: CutoverView, shown: Shown): string[] {
  const { story, standing, now, notices } = shown
  const { bold, dim, green, yellow } = paint
  const { from, to } = state.plan
  const stepLines = (steps: readonly StoryStep[]): string[] =>
    table(steps.map(({ name, state: is, doneAt }, i) => ['', String(i + 1), name, stepWords(is, doneAt)])).map(
      (line, i) => ({ 'done': green, 'now': yellow, 'to-come': dim })[steps[i]?.state ?? 'to-come'](line),
    )
  return [
    bold(`Cutover ${about.id} of ${about.app}: from ${listWords(from)} to ${listWords(to)}`),
    `Begun ${dayAndTime(instant(about.createdAt))} UTC, ${lengthWords(now - about.createdAt)} ago. It is ${standing.words}.`,
    '',
    ...(story.forth === undefined ? [] : [...stepLines(story.forth), `  It has turned back: ${state.turned ?? ''}`]),
    ...stepLines(story.steps),
    '',
    ...taleOf(entries).map(({ at, text }) => `${dim(clockTime(at))}  ${text}`),
    '',
    ...noticeLines(paint, notices),
    ...clockWords(entries, state.plan).map((each) => `${bold('Time')}  ${each}`),
    `${bold('Next')}  ${standing.next.says}`,
    `${bold('You')}   ${standing.person.says}`,
    ...standing.person.commands.map((each) => `${bold('Try:')} ${pasteable(each)}`),
  ]
}

function noticeLines({ bold, yellow }: Terminal['paint'], notices: readonly StoredNotice[]): string[] {
  if (notices.length === 0) return []
  const lost = notices.filter(({ result }) => result === 'given-up')
  const last = lost.at(-1)
  const delivered = `${notices.length - lost.length} of ${notices.length} notifications were delivered.`
  const why = last === undefined ? '' : ` The last that was not: ${last.event}, ${last.why ?? ''}.`
  return [`${bold('Told')}  ${lost.length === 0 ? delivered : yellow(delivered + why)}`]
}

const stepWords = (state: StoryStep['state'], doneAt: Instant | undefined): string =>
  state === 'to-come' ? 'to come' : doneAt === undefined ? state : `${state} ${clockTime(doneAt)}`
