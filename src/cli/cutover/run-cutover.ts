/** `cutover run` and `cutover rollback`: does it, or goes on where a killed run stopped. */
import type { Begun, CutoverView, Cutovers, RunOutcome } from '../../cutover/cutover.ts'
import type { CutoverPorts } from '../../cutover/ports.ts'
import type { ReadPlan } from '../../cutover/configuration.ts'
import { appsOf, isSameMove } from '../../cutover/rules/plan.ts'
import { steadyClock, systemEnvironment } from '../../system.ts'
import { before } from '../../values/time.ts'
import { complaint, type Complaint, pasteable, printWarning } from '../complaint.ts'
import { openLog } from '../log.ts'
import { shellWord } from '../self.ts'
import { listenForStop } from '../stop-signals.ts'
import type { Terminal } from '../terminal.ts'
import { agree } from './agree.ts'
import { findDone } from './done-already.ts'
import { expectCanaries } from './canaries.ts'
import { noAnswer } from './no-answer.ts'
import { exitOf } from './exit-code.ts'
import { openNarrator } from './narrator.ts'
import { adviceOn, answersTo } from './questions.ts'
import { cutoversOf, portsOf, readPlan, type CutoverFlags } from './place.ts'
import { refuseFaults } from './plan-cutover.ts'
import { openNotices } from './notices.ts'
import { notifierOf } from './notifier.ts'
import { openProgress } from './progress.ts'
import { findToRollBack, newestOf } from './to-roll-back.ts'
import { clockTime, lengthWords, listWords, stopped } from './words.ts'

export type RunFlags = CutoverFlags & {
  readonly yes?: boolean
  readonly hold?: boolean
  /** The hash that `cutover plan` printed. */
  readonly plan?: string
}

export async function runCutoverCommand(terminal: Terminal, path: string, flags: RunFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const ports = portsOf(terminal, read, flags)
    const judged = await cutovers.judge(read.plan, ports).catch(noAnswer)
    const under = await underWay(cutovers, appsOf(read.plan))
    if (under === undefined) {
      const lists = judged.lists.map((each) => each.before)
      const done = await findDone(cutovers, { plan: read.plan, lists, active: await activeNow(ports) })
      if (done !== undefined) return sayOver(terminal, done, flags)
      refuseFaults(terminal, judged, read)
      await expectCanaries(terminal, read, flags)
      await sayRolledBack(terminal, cutovers, read)
      await agree(terminal, flags, forthQuestion(read, path))
    }
    // a person may have thought for a while: what begins is what was judged, and no other world (L-88)
    const expects = flags.plan ?? (under === undefined ? judged.hash : undefined)
    const begun = await cutovers.begin(read.plan, ports, expects === undefined ? {} : { expects }).catch(noAnswer)
    if (begun.kind !== 'begun') throw notBegun(begun, path)
    const { id, resumed } = begun
    if (flags.hold === true) await cutovers.ask(id, 'hold')
    const opening = resumed ? `Going on with the cutover ${id}.` : `The cutover ${id} begins.`
    await drive(terminal, cutovers, { id, path, ports, read, flags, resumed, opening, goesBack: false })
  } finally {
    await cutovers.close()
  }
}

async function activeNow({ traffic, lookBack }: CutoverPorts): Promise<readonly string[]> {
  const { members } = await traffic.read(before(steadyClock(), lookBack)).catch(noAnswer)
  return members.flatMap(({ address, mode }) => (mode === 'active' ? [address] : []))
}

/** What has ended so already is no fault: the exit code is that of its end. */
function sayOver(terminal: Terminal, { about: { id }, state }: CutoverView, { json }: RunFlags): void {
  const { how = 'done', instruction = '' } = state.ended ?? {}
  if (json === true) terminal.out(JSON.stringify({ id, kind: 'ended', how, instruction }))
  terminal.err(`The cutover ${id} is ${how === 'rolled-back' ? 'rolled back' : how} already: ${instruction}`)
  process.exitCode = exitOf({ kind: 'ended', how, instruction })
}

/** Whoever begins anew should know that it came to nothing before; so should whoever reads the log of what starts it by itself. */
async function sayRolledBack(terminal: Terminal, cutovers: Cutovers, { plan }: ReadPlan): Promise<void> {
  const last = await newestOf(cutovers, plan)
  if (last?.state.ended?.how !== 'rolled-back' || !isSameMove(last.state.plan, plan)) return
  const why = stopped(last.state.turned ?? '')
  printWarning(terminal, {
    means: `This begins another cutover: ${last.about.id}, of the same plan, was rolled back. Why it turned back: ${why}`,
    next: [`sallyport cutover status ${last.about.id}`],
  })
}

/** Back to how it was, whatever state it is in, completed ones too. */
export async function rollBackCommand(terminal: Terminal, path: string, flags: RunFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const view = await findToRollBack(cutovers, read.plan)
    const { id, endedAt } = view.about
    if (endedAt !== null && view.state.ended?.how === 'rolled-back') return sayOver(terminal, view, flags)
    await agree(terminal, flags, backQuestion(read, id))
    await cutovers.ask(id, 'rollback')
    const driving = { id, path, ports: portsOf(terminal, read, flags), read, flags }
    const opening = `Rolling back the cutover ${id}.`
    await drive(terminal, cutovers, { ...driving, resumed: true, opening, goesBack: true })
  } finally {
    await cutovers.close()
  }
}

function notBegun(begun: Exclude<Begun, { readonly kind: 'begun' }>, path: string): Complaint {
  return begun.kind === 'changed'
    ? complaint(
        `Since ${begun.expected} was planned, lists, pool or plan have become others: it is ${begun.hash} now.`,
        `sallyport cutover plan ${shellWord(path)}`,
        'Read what would happen now, and run that.',
      )
    : complaint(
        `Of these apps the cutover ${begun.id} is under way, by another plan (${begun.hash ?? 'without a hash'}).`,
        'sallyport cutover status',
        'Run the file that it was planned by, or roll it back by that file first.',
      )
}

function forthQuestion({ plan, file }: ReadPlan, path: string) {
  const [from, to] = [listWords(plan.from), listWords(plan.to)]
  const at = 'gateway' in file.traffic ? ` at ${file.traffic.gateway}` : ''
  return {
    changes: [
      `This changes the refresh token IP allowlist of ${appsOf(plan)}, and what its traffic leaves from${at}:`,
      `  ${to} come in, and once they are proven ${from} go. It takes ${lengthWords(plan.terms.propagation * 2 + plan.terms.watch)} or more, and can be rolled back.`,
    ],
    question: `Move ${appsOf(plan)} from ${from} to ${to}?`,
    instead: `sallyport cutover plan ${shellWord(path)}`,
  }
}

function backQuestion({ plan }: ReadPlan, id: string) {
  const [from, to] = [listWords(plan.from), listWords(plan.to)]
  return {
    changes: [
      `This puts the allowlist of ${appsOf(plan)} back to how it was before the cutover ${id}, and its traffic with it:`,
      `  ${from} come back, and once they are proven ${to} go.`,
    ],
    question: `Roll the cutover ${id} of ${appsOf(plan)} back?`,
    instead: `sallyport cutover status ${id}`,
  }
}

async function underWay(cutovers: Cutovers, app: string): Promise<string | undefined> {
  return (await cutovers.list(most)).find((each) => each.app === app && each.endedAt === null)?.id
}

const most = 1000

type Driving = {
  readonly id: string
  readonly path: string
  readonly ports: CutoverPorts
  readonly read: ReadPlan
  readonly resumed: boolean
  readonly flags: RunFlags
  /** Said when it is known that nobody else runs it. */
  readonly opening: string
  /** A person has just asked for the way back. */
  readonly goesBack: boolean
}

async function drive(terminal: Terminal, cutovers: Cutovers, driving: Driving): Promise<void> {
  const { id, path, flags, read, resumed, opening, goesBack } = driving
  const stopping = new AbortController()
  void listenForStop().requested.then(() => stopping.abort())
  const environment = systemEnvironment(openLog(terminal))
  const notifier = notifierOf(read.file.notify, { cutovers, id, environment })
  const notices = openNotices(notifier, { id, plan: read.plan, resumed })
  const progress = openProgress(terminal, steadyClock)
  const narrator = openNarrator({
    ...{ line: progress.line, now: steadyClock },
    step(name, number, direction) {
      progress.step(name, number, direction)
      notices.step(number, direction)
    },
  })
  const ports = narrator.heard(driving.ports)
  let isOpen = false
  const outcome = await cutovers
    .run(id, {
      ...{ ports, stopping: stopping.signal },
      tell(command, state) {
        if (!isOpen) terminal.err(`${opening} Times are UTC.`)
        isOpen = true
        narrator.tell(command, state)
        progress.tell(command, state)
      },
    })
    .finally(progress.close)
    .catch(async (cause: unknown) => {
      notices.brokenOff(cause)
      await notifier.close()
      throw cause
    })
  notices.ended(outcome)
  await notifier.close()
  if (flags.json === true) terminal.out(JSON.stringify({ id, ...outcome }))
  sayEnd(terminal, outcome, { id, path, goesBack })
  process.exitCode = exitOf(outcome)
}

/** What a person does next is said where there is something to do. */
function sayEnd(
  terminal: Terminal,
  outcome: RunOutcome,
  { id, path, goesBack }: Pick<Driving, 'id' | 'path' | 'goesBack'>,
): void {
  const { bold, green, yellow, red } = terminal.paintErr
  const next = (...acts: readonly string[]): void => {
    for (const each of acts) terminal.err(`${bold('Try:')} ${pasteable(each)}`)
  }
  const again = `sallyport cutover run ${shellWord(path)}`
  switch (outcome.kind) {
    case 'ended':
      terminal.err(
        `${{ 'done': green, 'rolled-back': yellow, 'halted': red, 'aborted': yellow }[outcome.how](`${outcome.how}:`)} ${outcome.instruction}`,
      )
      if (outcome.how === 'halted')
        next(`sallyport cutover status ${id}`, again, `sallyport cutover rollback ${shellWord(path)}`)
      if (outcome.how === 'aborted') next(`sallyport cutover rollback ${shellWord(path)}`)
      return
    case 'waiting':
      terminal.err(`${yellow('waiting for you:')} ${outcome.question}`)
      terminal.err(adviceOn(outcome))
      return next(...answersTo(outcome, id, again))
    case 'stopped':
      terminal.err('Stopped where it is safe to be: list and traffic stay as they are.')
      return next(again)
    case 'held':
      throw complaint(
        `The cutover ${id} is being run by ${outcome.holder}, whose lease ends ${clockTime(outcome.until)} UTC unless it renews it.${goesBack ? ' It has been told to go back, and does so before its next step.' : ''}`,
        `sallyport cutover status ${id}`,
        `Where that process was killed, type this again after ${clockTime(outcome.until)} UTC.`,
      )
    case 'unknown':
      throw complaint(`There is no cutover ${id}.`, 'sallyport cutover list')
  }
}
