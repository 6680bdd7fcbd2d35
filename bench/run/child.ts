/** The bench's processes: each is started fresh, says one JSON value on standard output, and goes when its standard input ends. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { parseOwn } from '../load/own-json.ts'
import { placed, type Placement, type Role } from './placement.ts'

export type Command = {
  readonly script: string
  readonly args?: readonly string[]
  readonly placement: Placement
  readonly role: Role
}

export type Running<T> = { readonly said: T; stop(): Promise<void> }

/** Starts a process that lives on after its first line, which is returned parsed. */
export async function startChild<T>(command: Command): Promise<Running<T>> {
  const { child, stderr } = open(command)
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const stop = async (): Promise<void> => {
      child.stdin.end()
      await ended
    }
    return { said: parseOwn<T>(line), stop }
  }
  throw new Error(`${command.script} ended before it announced itself:\n${await stderr}`)
}

/** Runs a process to its end on the given input and returns what it printed. */
export async function runChild<T>(command: Command, input: unknown): Promise<T> {
  const { child, stderr } = open(command)
  const ended = once(child, 'exit')
  child.stdin.end(JSON.stringify(input))
  const output = await text(child.stdout)
  await ended
  if (child.exitCode !== 0) throw new Error(`${command.script} ended with ${child.exitCode}:\n${await stderr}`)
  return parseOwn<T>(output)
}

type Opened = { readonly child: ChildProcessByStdio<Writable, Readable, Readable>; readonly stderr: Promise<string> }

function open({ script, args = [], placement, role }: Command): Opened {
  const [program, ...rest] = [...placed(placement, role), process.execPath, script, ...args]
  if (program === undefined) throw new Error('no program to run')
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  return { child, stderr: text(child.stderr) }
}
