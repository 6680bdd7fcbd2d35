/** A keeper's process is paused at a place where an exchange waits, for longer than its lease; another one takes over; then it wakes up. */
import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { usualTerms, type LeaseTerms } from '../../src/keeper/rules/lease-terms.ts'
import { aLease, beside, childImports, placesFile, settled, type Battlefield } from './battlefield.ts'
import type { Pausable, Pause } from './child-paused.ts'
import { answerOf, eventsOf } from './kill.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

export type Sleeper = {
  readonly pid: number
  readonly ask: (pause: Pause) => void
  /** Its next line. */
  readonly says: () => Promise<string>
  readonly end: () => Promise<void>
}

export async function startSleeper({ scene }: Battlefield, terms: LeaseTerms = usualTerms): Promise<Sleeper> {
  const about: Pausable = { folder: scene.folder, terms }
  const child = spawn(process.execPath, [...childImports, beside('child-paused.ts'), JSON.stringify(about)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, KEEPER_PLACES: placesFile(scene.folder) },
  })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const says = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the process has ended')
    return value
  }
  equal(await says(), 'ready')
  return {
    pid: child.pid ?? 0,
    ask: (pause) => void child.stdin.write(`${JSON.stringify(pause)}\n`),
    says,
    async end() {
      child.stdin.end()
      await exited
    },
  }
}

export type Woken = {
  readonly id: string
  readonly grant: string
  readonly place: string
  /** What the other process got meanwhile, and what the woken one got. */
  readonly within: string
  readonly woken: string
  /** What the org had seen before it woke, and when it had ended. */
  readonly seen: readonly string[]
  readonly seenWoken: readonly string[]
}

export type Ended = Woken & {
  /** A caller when everything has settled. */
  readonly later: string
  readonly generation: number
  readonly seenLater: readonly string[]
  readonly told: readonly string[]
}

/** Asleep at a place. */
export type Asleep = { readonly id: string; readonly grant: string; readonly wake: string; readonly place: string }

/** Undefined where there is no n-th place. */
export async function fallAsleep(
  { scene, time }: Battlefield,
  sleeper: Sleeper,
  n: number,
): Promise<Asleep | undefined> {
  const id = `sleeper-${sleeper.pid}-${n}`
  const wake = join(scene.folder, id)
  await scene.adopt(id)
  const grant = await newestGrant(scene.org)
  sleeper.ask({ id, ahead: time.by(), stopAt: n, wake })
  const said = await sleeper.says()
  if (!said.startsWith('stopped ')) return undefined
  await stopped(sleeper.pid)
  return { id, grant, wake, place: said.slice('stopped '.length) }
}

/** The lease is over by now, on the clocks of the field; those of the woken one are moved as far. */
export async function wakeUp(
  { scene, successor }: Battlefield,
  sleeper: Sleeper,
  { asleep: { id, grant, wake, place }, ahead }: { readonly asleep: Asleep; readonly ahead: number },
): Promise<Woken> {
  const within = await answerOf(successor, id)
  const seen = await redemptionsOf(scene.org, grant)
  writeFileSync(`${wake}-`, String(ahead))
  renameSync(`${wake}-`, wake)
  process.kill(sleeper.pid, 'SIGCONT')
  const woken = (await sleeper.says()).replace(/^end \d+ /, '')
  return { id, grant, place, within, woken, seen, seenWoken: await redemptionsOf(scene.org, grant) }
}

/** With clocks that are moved. */
export async function pauseAt(field: Battlefield, sleeper: Sleeper, n: number): Promise<Ended | undefined> {
  const begun = field.time.by()
  const asleep = await fallAsleep(field, sleeper, n)
  if (asleep === undefined) return undefined
  field.time.ahead(begun + aLease)
  const woken = await wakeUp(field, sleeper, { asleep, ahead: begun + aLease })
  field.time.ahead(begun + aLease + settled)
  const ended = await endOf(field, woken)
  return ended
}

export async function endOf({ scene, successor }: Battlefield, woken: Woken): Promise<Ended> {
  const later = await answerOf(successor, woken.id)
  const generation = (await successor.connection(woken.id))?.generation ?? 0
  const seenLater = await redemptionsOf(scene.org, woken.grant)
  return { ...woken, later, generation, seenLater, told: await eventsOf(successor, woken.id) }
}

/** All threads of it. */
async function stopped(pid: number): Promise<void> {
  const state = (): string | undefined => /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]
  while (state() !== 'T') await sleep(1)
}

/** What must not be, in words; undefined where all is well. */
export function wrongWith(ended: Ended): string | undefined {
  const { within, woken, later, seen, seenWoken, seenLater, generation, told } = ended
  const given = seenLater.filter((decision) => decision === 'allowed').length
  if (seenWoken.length !== seen.length) return 'it wrote to a socket when it woke'
  if (seenLater.includes('reuse')) return 'a spent token was sent again'
  if (within !== 'token' && within !== 'IN_DOUBT') return `meanwhile: ${within}`
  if (within === 'IN_DOUBT' && !told.includes('connection.in_doubt')) return 'nobody was told of the doubt'
  if (within === 'IN_DOUBT' && seen.includes('allowed') && !woken.startsWith('token'))
    return 'a reply that it held was thrown away'
  if (later !== 'token' || generation !== 1 + given) return `when all has settled: ${later}, generation ${generation}`
  return undefined
}

const step = /\.write\(|spool\.reserve|transport\.open|connection\.post|this\.#reply|replies\.keep/

/** The numbers of the places before and after what is done outside of the process. */
export async function stepsOf({ scene, time }: Battlefield, sleeper: Sleeper): Promise<readonly number[]> {
  const id = `sleeper-${sleeper.pid}-0`
  await scene.adopt(id)
  sleeper.ask({ id, ahead: time.by(), stopAt: 0, wake: '' })
  const steps: number[] = []
  for (let n = 1; ; n += 1) {
    const line = await sleeper.says()
    if (line.startsWith('end ')) return steps
    if (step.test(line)) steps.push(n)
  }
}
