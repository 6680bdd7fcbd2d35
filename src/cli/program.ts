/** The commands and how wrong usage is answered. Nothing is loaded here that a command does not need for its help. */
import { Command, type CommanderError } from 'commander'
import { addAllowlistCommands } from './commands/allowlist.ts'
import { addConnectCommand } from './commands/connect.ts'
import { addCutoverCommands } from './commands/cutover.ts'
import { addConfigCommands } from './commands/config.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addGatewayCommand } from './commands/gateway.ts'
import { addKeeperCommands } from './commands/keeper.ts'
import { addOrgCommand } from './commands/org.ts'
import { addUpCommand } from './commands/up.ts'
import { wrongUsage, type Complaint } from './complaint.ts'
import { ownVersion } from './self.ts'
import type { Terminal } from './terminal.ts'

export function openProgram(terminal: Terminal): Command {
  const program = new Command('sallyport')
    .description(
      "A guarded way out for Salesforce integrations: an authorization server with Salesforce's app policies.",
    )
    .option('--config <file>', 'the configuration file; sallyport.yaml where it is left out')
    .option('--json', 'print data as JSON')
    .version(ownVersion(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // a wrong use is said once, in main.ts
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', '\nExample:\n  sallyport up')
  addUpCommand(program, terminal)
  addOrgCommand(program, terminal)
  addGatewayCommand(program, terminal)
  addKeeperCommands(program, terminal)
  addConnectCommand(program, terminal)
  addAllowlistCommands(program, terminal)
  addCutoverCommands(program, terminal)
  addConfigCommands(program, terminal)
  addDoctorCommand(program, terminal)
  return program
}

/** Of an error with an exit code other than 0; with 0 help or the version was asked for, and printed. */
export function usageComplaint(cause: CommanderError, words: readonly string[]): Complaint {
  if (cause.code === 'commander.help') return wrongUsage('No command was given.', 'Choose one of the commands above.')
  // Commander puts its suggestion on a line of its own, in parentheses.
  const [first = '', ...suggestions] = cause.message.split('\n')
  const means = first.replace(/^error: /, '').replace(/\.+$/, '')
  return wrongUsage(
    `${means.charAt(0).toUpperCase()}${means.slice(1)}.`,
    ...suggestions.map((each) => each.replace(/^\((.*)\)$/, '$1')),
    `sallyport ${words.map((each) => `${each} `).join('')}--help`,
  )
}

/** Those of the arguments that name the command: `keeper keys list`. */
export function commandOf(program: Command, args: readonly string[]): readonly string[] {
  const words: string[] = []
  let at = program
  for (const arg of args) {
    const next = at.commands.find((each) => each.name() === arg)
    if (next === undefined) continue
    words.push(arg)
    at = next
  }
  return words
}
