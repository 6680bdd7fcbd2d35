/** `cutover run`: does it, or goes on where a killed run stopped. Exit 0 done, 3 waiting for a person, 4 rolled back, 5 halted. */
import { createInterface } from 'node:readline/promises'
import type { Cutovers, RunOutcome } from '../../cutover/cutover.ts'
import type { CutoverPorts } from '../../cutover/ports.ts'
import { systemEnvironment } from '../../system.ts'
import { isoText } from '../../values/time.ts'
import { complaint, pasteable, wrongUsage } from '../complaint.ts'
import { openLog } from '../log.ts'
import { listenForStop } from '../stop-signals.ts'
import type { Terminal } from '../terminal.ts'
import { refuseFaults } from './plan-cutover.ts'
import { cutoversOf, noAnswer, portsOf, readPlan, type CutoverFlags } from './place.ts'
import { commandLine } from './words.ts'

export type RunFlags = CutoverFlags & { readonly yes?: boolean; readonly hold?: boolean }

const exits = { 'done': 0, 'rolled-back': 4, 'halted': 5, 'aborted': 5 } as const

export async function runCutoverCommand(terminal: Terminal, path: string, flags: RunFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const ports = portsOf(terminal, read, flags)
    const judged = await cutovers.judge(read.plan, ports).catch(noAnswer)
    const under = await underWay(cutovers, read.plan.app)
    if (under === undefined) {
      refuseFaults(terminal, judged)
      await agree(
        terminal,
        flags,
        `Move ${read.plan.app} from ${read.plan.from.join(' and ')} to ${read.plan.to.join(' and ')}?`,
      )
    }
    const { id, resumed } = await cutovers.begin(read.plan, ports)
    terminal.err(resumed ? `Going on with the cutover ${id}.` : `The cutover ${id} begins.`)
    if (flags.hold === true) await cutovers.ask(id, 'hold')
    await drive(terminal, cutovers, { id, ports, flags })
  } finally {
    await cutovers.close()
  }
}

/** `cutover rollback`: back to how it was, whatever state it is in, completed ones too. */
export async function rollBackCommand(terminal: Terminal, path: string, flags: RunFlags): Promise<void> {
  const read = readPlan(path, flags)
  const cutovers = await cutoversOf(terminal, flags)
  try {
    const view = await cutovers.view()
    if (view === undefined || view.about.app !== read.plan.app)
      throw complaint(`There is no cutover of ${read.plan.app} to be rolled back.`, 'sallyport cutover status')
    await agree(terminal, flags, `Roll the cutover ${view.about.id} of ${view.about.app} back?`)
    await cutovers.ask(view.about.id, 'rollback')
    await drive(terminal, cutovers, { id: view.about.id, ports: portsOf(terminal, read, flags), flags })
  } finally {
    await cutovers.close()
  }
}

async function underWay(cutovers: Cutovers, app: string): Promise<string | undefined> {
  const view = await cutovers.view()
  return view !== undefined && view.about.app === app && view.about.endedAt === null ? view.about.id : undefined
}

/** `--yes` skips the question, never a check. */
async function agree(terminal: Terminal, { yes }: RunFlags, question: string): Promise<void> {
  if (yes === true) return
  if (!process.stdin.isTTY)
    throw wrongUsage('Nobody is there to be asked.', 'Give --yes to go on without the question.')
  const line = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await line.question(`${question} [y/N] `)
  line.close()
  if (!/^y(?:es)?$/i.test(answer.trim())) throw complaint('Nothing was changed.', 'sallyport cutover plan FILE')
  terminal.err('')
}

async function drive(
  terminal: Terminal,
  cutovers: Cutovers,
  { id, ports, flags }: { readonly id: string; readonly ports: CutoverPorts; readonly flags: RunFlags },
): Promise<void> {
  const stop = listenForStop()
  const stopping = new AbortController()
  void stop.requested.then(() => stopping.abort())
  const { clock } = systemEnvironment(openLog(terminal))
  let last = ''
  const outcome = await cutovers.run(id, {
    ...{ ports, stopping: stopping.signal },
    tell(command) {
      const line = commandLine(command)
      if (line === undefined || line === last) return
      last = line
      terminal.err(`${terminal.paintErr.dim(isoText(clock()).slice(11, 19))} ${line}`)
    },
  })
  if (flags.json === true) terminal.out(JSON.stringify({ id, ...outcome }))
  process.exitCode = say(terminal, id, outcome)
}

function say(terminal: Terminal, id: string, outcome: RunOutcome): number {
  switch (outcome.kind) {
    case 'ended':
      terminal.err(`${outcome.how}: ${outcome.instruction}`)
      return exits[outcome.how]
    case 'waiting':
      terminal.err(outcome.question)
      terminal.err(`Try: ${pasteable(`sallyport cutover release ${id}`)}, then run it again.`)
      return 3
    case 'held':
      throw complaint(
        `The cutover ${id} is being run by ${outcome.holder} until ${isoText(outcome.until)}.`,
        'sallyport cutover status',
        'Wait: a runner that died is followed within a minute.',
      )
    case 'unknown':
      throw complaint(`There is no cutover ${id}.`, 'sallyport cutover status')
    case 'stopped':
      terminal.err(`Stopped where it is safe to be. Try: ${pasteable('sallyport cutover run FILE')} goes on.`)
      return 3
  }
}
