/** `cutover plan / run / status / rollback`, and what may be asked of one that runs. */
import type { Command } from 'commander'
import type { DemoFlags } from '../cutover/demo/demo.ts'
import type { CutoverFlags } from '../cutover/place.ts'
import type { RehearseFlags } from '../cutover/rehearsal/rehearse.ts'
import type { RunFlags } from '../cutover/run-cutover.ts'
import type { Asking } from '../cutover/asking.ts'
import { rehearsalFaults } from '../cutover/rehearsal/fault-names.ts'
import type { Terminal } from '../terminal.ts'

export function addCutoverCommands(program: Command, terminal: Terminal): void {
  const cutover = program
    .command('cutover')
    .description('change the addresses that an app redeems from, in the only safe order, with proof and a way back')
    .addHelpText('after', '\nExample:\n  sallyport cutover plan cutover.yaml')
  addPlan(cutover, terminal)
  addRun(cutover, terminal)
  addRollback(cutover, terminal)
  addStatus(cutover, terminal)
  addList(cutover, terminal)
  addAsking(cutover, terminal)
  addRehearse(cutover, terminal)
  addDemo(cutover, terminal)
}

const testing = [
  '--testing',
  'take propagationWait below 60s and watch.for below 15m from the file: never against Salesforce',
] as const
const file = ['<file>', 'the cutover file; docs/reference/cutover-file.md has its keys'] as const
const yes = ['--yes', 'ask nothing; every check is made all the same'] as const

function addPlan(cutover: Command, terminal: Terminal): void {
  const plan = cutover
    .command('plan')
    .description('print what would happen and how each step is undone; refuse what is not safe. Changes nothing')
    .argument(...file)
    .option(...testing)
    .addHelpText('after', '\nExample:\n  sallyport cutover plan cutover.yaml')
  plan.action(async (path: string) => {
    const { planCutover } = await import('../cutover/plan-cutover.ts')
    await planCutover(terminal, path, plan.optsWithGlobals<CutoverFlags>())
  })
}

function addRun(cutover: Command, terminal: Terminal): void {
  const run = cutover
    .command('run')
    .description(
      'do it, or go on where a killed run stopped. Exit 0 done, 3 waiting for a person, 4 rolled back, 5 halted',
    )
    .argument(...file)
    .option(...yes)
    .option('--plan <hash>', 'as `cutover plan` printed it: refuse where lists, pool or plan have become others since')
    .option('--hold', 'wait for a person before the old addresses are removed')
    .option(...testing)
    .addHelpText('after', '\nExample:\n  sallyport cutover run cutover.yaml --hold')
  run.action(async (path: string) => {
    const { runCutoverCommand } = await import('../cutover/run-cutover.ts')
    await runCutoverCommand(terminal, path, run.optsWithGlobals<RunFlags>())
  })
}

function addRollback(cutover: Command, terminal: Terminal): void {
  const rollback = cutover
    .command('rollback')
    .description('back to how it was, from any state, after completion too. Exit 4 when it is')
    .argument(...file)
    .option(...yes)
    .option(...testing)
    .addHelpText('after', '\nExample:\n  sallyport cutover rollback cutover.yaml')
  rollback.action(async (path: string) => {
    const { rollBackCommand } = await import('../cutover/run-cutover.ts')
    await rollBackCommand(terminal, path, rollback.optsWithGlobals<RunFlags>())
  })
}

function addStatus(cutover: Command, terminal: Terminal): void {
  const status = cutover
    .command('status')
    .description('the story of a cutover with its evidence, what is next, and what you have to do')
    .argument('[id]', 'of which cutover; the newest where it is left out')
    .addHelpText('after', '\nExample:\n  sallyport cutover status')
  status.action(async (id: string | undefined) => {
    const { showStatus } = await import('../cutover/status.ts')
    await showStatus(terminal, id, status.optsWithGlobals<CutoverFlags>())
  })
}

function addList(cutover: Command, terminal: Terminal): void {
  const list = cutover
    .command('list')
    .description('the cutovers of this installation, the newest first')
    .addHelpText('after', '\nExample:\n  sallyport cutover list')
  list.action(async () => {
    const { listCutovers } = await import('../cutover/status.ts')
    await listCutovers(terminal, list.optsWithGlobals<CutoverFlags>())
  })
}

const askings: Readonly<Record<Asking, string>> = {
  confirm: 'say that what you were asked to do with a list is done; it is tried before anything is built on it',
  hold: 'wait for `release` before the old addresses are removed',
  release: 'let the old addresses go: after a hold, or as the answer to what it asks about them',
  pause: 'do nothing further until `continue`; whoever runs it ends with exit 3',
  continue: 'let it go on after a pause, when it is run again',
  abort: 'end it for good, where it is; what was done stays, and can be rolled back',
}

function addAsking(cutover: Command, terminal: Terminal): void {
  for (const [what, description] of Object.entries(askings)) {
    const command = cutover
      .command(what)
      .description(description)
      .argument('[id]', 'of which cutover; the newest where it is left out')
      .addHelpText('after', `\nExample:\n  sallyport cutover ${what}`)
    command.action(async (id: string | undefined) => {
      const { askCutover } = await import('../cutover/asking.ts')
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of `askings`
      await askCutover(terminal, { what: what as Asking, id }, command.optsWithGlobals<CutoverFlags>())
    })
  }
}

function addRehearse(cutover: Command, terminal: Terminal): void {
  const rehearse = cutover
    .command('rehearse')
    .description('the whole plan against a copy of the org, with shortened waits; touches nothing of the real one')
    .argument(...file)
    .option('--fault <name>', 'what goes wrong in it, one of those below; may be given several times', gathered)
    .option(...testing)
    .addHelpText('after', `\nFaults:\n${faultLines()}`)
    .addHelpText('after', '\nExample:\n  sallyport cutover rehearse cutover.yaml --fault save-not-taking')
  rehearse.action(async (path: string) => {
    const { rehearseCutover } = await import('../cutover/rehearsal/rehearse.ts')
    await rehearseCutover(terminal, path, rehearse.optsWithGlobals<RehearseFlags>())
  })
}

const gathered = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const faultLines = (): string =>
  Object.entries(rehearsalFaults)
    .map(([name, what]) => `  ${name.padEnd(24)}${what}`)
    .join('\n')

function addDemo(cutover: Command, terminal: Terminal): void {
  const demo = cutover
    .command('demo')
    .description('the demonstration org moves to other addresses under load, and then by hand in the wrong order')
    .option('--quick', 'in a few seconds, with fewer customers')
    .addHelpText('after', '\nExample:\n  sallyport cutover demo')
  demo.action(async () => {
    const { runCutoverDemo } = await import('../cutover/demo/demo.ts')
    await runCutoverDemo(terminal, demo.optsWithGlobals<DemoFlags>())
  })
}
