/** Traffic that programs of one's own move: a setting behind three commands. */
import { formatAddress, parseAddress } from '../../ip/address.ts'
import { instant, type Duration, type Instant } from '../../values/time.ts'
import type { Secret } from '../../values/secret.ts'
import type { Acted } from '../ports.ts'
import type { AddressText } from '../rules/plan.ts'
import { plainWords, withoutSecrets } from './foreign-words.ts'
import { isFields, textIn, type Fields } from './json-api.ts'
import { runProgram, type ProgramCall, type ProgramEnd } from './run-program.ts'
import type { RunningProgram } from './running-program.ts'
import type { Setting, SettingReading, Side } from './setting.ts'

export type CommandsParts = {
  readonly argv: {
    readonly read: readonly string[]
    readonly move: readonly string[]
    readonly back: readonly string[]
  }
  readonly within: Duration
  readonly app: string
  readonly urls: Readonly<Record<Side, Secret>>
  readonly addresses: Readonly<Record<Side, readonly AddressText[]>>
  readonly running: RunningProgram
}

/** What a program may answer with, beside 0 and what is wrong: somebody else has changed it since `expects`. */
const exitStale = 3

export function commands(parts: CommandsParts): Setting {
  const { argv, within, running } = parts
  return {
    async read() {
      const end = await runProgram(callOf(parts, argv.read, {}))
      if (end.kind !== 'ended' || end.code !== 0) throw new Error(wordsOf(parts, argv.read, end))
      return readingIn(argv.read, end.printed)
    },
    async move(to, expects) {
      const program = to === 'to' ? argv.move : argv.back
      await running.begin()
      const end = await runProgram({ ...callOf(parts, program, { expects }), started: running.started })
      await running.ended()
      return actedOf(end, wordsOf(parts, program, end))
    },
    // what somebody has started goes on without him, and what he is about to start nobody can prevent: so it is ended, and its longest time waited out (P-64)
    invalidate: { first: running.endIt, longestCall: within },
  }
}

/** What it needs comes on its standard input: arguments are for everybody on the machine to read. */
function callOf({ app, urls, addresses, within }: CommandsParts, argv: readonly string[], more: Fields): ProgramCall {
  const side = (each: Side) => ({ url: urls[each].expose(), addresses: addresses[each] })
  const input = `${JSON.stringify({ app, from: side('from'), to: side('to'), ...more })}\n`
  return { argv, withinMs: within, input }
}

function readingIn([program = '']: readonly string[], printed: string): SettingReading {
  const fields = fieldsIn(printed)
  const at = textIn(fields, 'traffic')
  if (at !== 'from' && at !== 'to' && at !== 'both')
    throw new Error(`${program} printed no { "traffic": "from" }, nor "to", nor "both"`)
  const { lastUsed = {} } = fields
  if (!isFields(lastUsed)) throw new Error(`${program} printed a lastUsed that is no { "ADDRESS": "TIME" }`)
  return { at, version: textIn(fields, 'version') ?? at, usedAt: new Map(Object.entries(lastUsed).map(useIn(program))) }
}

const useIn =
  (program: string) =>
  ([address, at]: readonly [string, unknown]): readonly [AddressText, Instant] => {
    if (typeof at !== 'string' || Number.isNaN(Date.parse(at)))
      throw new Error(`${program} printed a lastUsed of ${plainWords(address, 80)} that is no time`)
    const parsed = parseAddress(address)
    if (!parsed.ok)
      throw new Error(`${program} printed a lastUsed of "${plainWords(address, 80)}", which is no address`)
    return [formatAddress(parsed.value), instant(at)]
  }

function actedOf(end: ProgramEnd, why: string): Acted {
  switch (end.kind) {
    case 'not-started':
      return { result: 'refused', why }
    case 'cut-off':
      return { result: 'unknown', why }
    case 'ended':
      if (end.code === 0) return { result: 'done' }
      return { result: end.code === exitStale ? 'stale' : 'refused', why }
  }
}

function wordsOf({ urls }: CommandsParts, [program = '']: readonly string[], end: ProgramEnd): string {
  const how = end.kind === 'ended' ? `ended with ${end.code}` : end.kind === 'cut-off' ? 'was cut off' : 'did not start'
  return withoutSecrets(`${program} ${how}${end.said === '' ? '' : `: ${end.said}`}`, Object.values(urls))
}

function fieldsIn(printed: string): Fields {
  try {
    const value: unknown = JSON.parse(printed)
    return isFields(value) ? value : {}
  } catch {
    return {}
  }
}
