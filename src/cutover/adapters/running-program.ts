/** Which program moves traffic just now, noted beside the journal: it outlives a runner that was killed, and whoever takes over ends it before anything else
 *  is done (P-64). Told apart by its start from whoever has its number later; where the system does not say it (all but Linux), nothing is noted. */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { milliseconds, type Duration } from '../../values/time.ts'
import type { Acted } from '../ports.ts'
import { isFields, numberIn, textIn, type Fields } from './json-api.ts'

export type RunningProgram = {
  /** Before it is started; rejects where nothing could be noted, so that nothing is started. */
  readonly begin: () => Promise<void>
  /** At once when it is: no kill finds a moment in between. */
  readonly started: (group: number) => void
  readonly ended: () => Promise<void>
  /** Of whoever was before: all of its group. `unknown` where it runs on. */
  readonly endIt: () => Promise<Acted>
}

type Noted = { readonly group: number; readonly start: string; readonly boot: string }

export function runningProgram(path: string, wait: (length: Duration) => Promise<void>): RunningProgram {
  // a crash of the machine ends the program too: nothing has to be synced
  const note = (text: string): void => writeFileSync(path, text, { mode: 0o600 })
  return {
    async begin() {
      await mkdir(dirname(path), { recursive: true })
      note('')
    },
    started(group) {
      const [start, boot] = [startOf(group)?.start, bootOf()]
      if (start !== undefined && boot !== undefined) note(JSON.stringify({ group, start, boot } satisfies Noted))
    },
    ended: async () => await rm(path, { force: true }),
    async endIt() {
      const noted = await notedIn(path)
      if (noted !== undefined && isRunning(noted)) {
        const ended = await kill(noted, wait)
        if (ended.result !== 'done') return ended
      }
      await rm(path, { force: true })
      return { result: 'done' }
    },
  }
}

async function notedIn(path: string): Promise<Noted | undefined> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw cause
  })
  const fields = fieldsIn(text)
  const [group, start, boot] = [numberIn(fields, 'group'), textIn(fields, 'start'), textIn(fields, 'boot')]
  // 0 and 1 would be this runner's own group, and everybody's
  if (group === undefined || !Number.isSafeInteger(group) || group < 2) return undefined
  return start === undefined || boot === undefined ? undefined : { group, start, boot }
}

function fieldsIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : {}
  } catch {
    return {} // it was killed before the program had a number
  }
}

const isRunning = ({ group, start, boot }: Noted): boolean => {
  const found = startOf(group)
  return bootOf() === boot && found?.start === start && found.state !== 'Z' // that nobody has fetched its end is no life
}

const looks = 50
const between = milliseconds(100)

async function kill(noted: Noted, wait: (length: Duration) => Promise<void>): Promise<Acted> {
  const { group } = noted
  try {
    process.kill(-group, 'SIGKILL')
  } catch (cause) {
    if (isRunning(noted)) return { result: 'unknown', why: `${stillRuns(group)} (${String(cause)})` }
  }
  for (let look = 0; look < looks && isRunning(noted); look += 1) await wait(between)
  return isRunning(noted) ? { result: 'unknown', why: stillRuns(group) } : { result: 'done' }
}

const stillRuns = (group: number): string =>
  `a program that a runner before has started moves traffic still, and could not be ended: end the process group ${group}, and run it again`

/** `start`: in ticks since the machine was started. Undefined where there is none, or nobody says it. */
function startOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  // its name comes before, in parentheses, and may hold spaces and parentheses itself
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const start = rest[18] // the 22nd field
  return state === undefined || start === undefined ? undefined : { state, start }
}

const bootOf = (): string | undefined => textOf('/proc/sys/kernel/random/boot_id')?.trim()

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
