/** Runs one command and says how it ended. Exit 0 done, 1 refused or failed, 2 wrong usage. */
import { CommanderError } from 'commander'
import { terminalWishes } from '../config/terminal.ts'
import { complaint, printTroubles, type Complaint } from './complaint.ts'
import { commandOf, openProgram, usageComplaint } from './program.ts'
import { openTerminal, type Terminal } from './terminal.ts'

export async function run(): Promise<void> {
  const terminal = openTerminal()
  process.on('uncaughtException', (cause) => void fail(terminal, cause).finally(() => process.exit(1)))
  const program = openProgram(terminal)
  try {
    await program.parseAsync()
  } catch (cause) {
    process.exit(await fail(terminal, cause, commandOf(program, process.argv.slice(2)))) // whatever of a service is still open
  }
}

/** The exit code. */
async function fail(terminal: Terminal, cause: unknown, words: readonly string[] = []): Promise<number> {
  if (cause instanceof CommanderError && cause.exitCode === 0) return 0 // help or the version was asked for, and printed
  const { troubles, exitCode } = await expected(cause, words)
  printTroubles(terminal, troubles)
  if (terminalWishes().debug && cause instanceof Error) terminal.err(cause.stack ?? cause.message)
  return exitCode
}

async function expected(cause: unknown, words: readonly string[]): Promise<Complaint> {
  if (cause instanceof CommanderError) return usageComplaint(cause, words)
  const { complaintOf } = await import('./complaint-of.ts')
  return complaintOf(cause) ?? unexpected(cause)
}

/** Nobody foresaw it, so it is a defect, and its place is shown on demand only. */
function unexpected(cause: unknown): Complaint {
  const means = cause instanceof Error ? cause.message : String(cause)
  return complaint(
    `Something unexpected went wrong: ${means}`,
    'Set SALLYPORT_DEBUG=1 and run the same command again, to see where.',
    'sallyport doctor',
  )
}
