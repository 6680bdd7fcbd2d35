/** Driving a program synchronously, for an engine whose statements return at once. */
import type { Program, Statement } from './program.ts'

/** A failing statement abandons the program: were it resumed, it could go on after SQLite had rolled back by itself (P-04). */
export function runProgram<T>(program: Program<T>, execute: (statement: Statement) => unknown): T {
  let step = program.next()
  while (step.done !== true) step = program.next(execute(step.value))
  return step.value
}
