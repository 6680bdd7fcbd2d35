/** An expected fault of a command: one line for what is wrong, and a `Try:` line for each thing that may be done about it. */
import { faultLine, type DocumentFault } from '../documents/fault.ts'
import { ownName } from './self.ts'
import type { Terminal } from './terminal.ts'

export type Trouble = {
  readonly means: string
  /** Commands to paste, or acts to do. */
  readonly next: readonly string[]
}

/** 1: the action was refused or failed. 2: the command was used wrongly. */
export type FailureCode = 1 | 2

/** Thrown by a command, caught once in `main.ts`. */
export class Complaint extends Error {
  readonly troubles: readonly Trouble[]
  readonly exitCode: FailureCode
  constructor(troubles: readonly Trouble[], exitCode: FailureCode = 1) {
    super(troubles.map(({ means }) => means).join('\n'))
    this.name = 'Complaint'
    this.troubles = troubles
    this.exitCode = exitCode
  }
}

export const complaint = (means: string, ...next: readonly string[]): Complaint => new Complaint([{ means, next }])

export const wrongUsage = (means: string, ...next: readonly string[]): Complaint => new Complaint([{ means, next }], 2)

/** Every fault of a document on a line of its own, with its file, line and column. */
export const documentComplaint = (faults: readonly DocumentFault[]): Complaint =>
  new Complaint(faults.map((each) => ({ means: faultLine(each), next: [each.next] })))

export function printTroubles(terminal: Terminal, troubles: readonly Trouble[]): void {
  for (const { means, next } of troubles) {
    terminal.err(terminal.paintErr.red(oneLine(means)))
    printNext(terminal, next)
  }
}

/** For what does not stop a command. */
export function printWarning(terminal: Terminal, { means, next }: Trouble): void {
  terminal.err(`${terminal.paintErr.yellow('Warning:')} ${oneLine(means)}`)
  printNext(terminal, next)
}

export function printNext(terminal: Terminal, next: readonly string[]): void {
  for (const each of next) terminal.err(`${terminal.paintErr.bold('Try:')} ${pasteable(each)}`)
}

/** Faults name the program `sallyport`; here it gets the name by which this machine's shell finds it. */
export const pasteable = (next: string): string => oneLine(next).replace(/^sallyport (?=[a-z-])/, `${ownName()} `)

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ')
