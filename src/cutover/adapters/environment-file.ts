/** The URL of the proxy in an environment file (SF-283): read, written in its place, and whoever reads the file told of it. */
import type { Duration } from '../../values/time.ts'
import type { Secret } from '../../values/secret.ts'
import { readVariable, withVariable } from '../environment-text.ts'
import type { Acted } from '../ports.ts'
import { withoutSecrets } from './foreign-words.ts'
import type { Notes } from './notes.ts'
import { replaceableFile, type FileReading } from './replace-file.ts'
import { runProgram, type ProgramEnd } from './run-program.ts'
import type { Setting, Side } from './setting.ts'

export type EnvironmentFileParts = {
  /** Absolute. */
  readonly path: string
  readonly name: string
  readonly urls: Readonly<Record<Side, Secret>>
  /** Makes whoever reads the file read it again. */
  readonly after: readonly string[] | undefined
  readonly within: Duration
  readonly notes: Notes
  readonly unique: () => string
}

/** What a note says: which side was written last, and whether `after` has ended well since. */
type Announced = `${Side} ${'begun' | 'told'}`

export function environmentFile(parts: EnvironmentFileParts): Setting & { readonly invalidate: () => Promise<Acted> } {
  const { path, name, urls, notes } = parts
  const file = replaceableFile(path, parts.unique)
  const key = `environment file ${path} ${name}`
  const sideIn = ({ bytes }: FileReading): Side => {
    const value = readVariable(bytes.toString('latin1'), name)
    if (!value.ok) throw new Error(`${name} ${value.fault} (${path})`)
    const url = Buffer.from(value.value, 'latin1').toString('utf8')
    if (url === urls.from.expose()) return 'from'
    if (url === urls.to.expose()) return 'to'
    throw new Error(`${name} in ${path} is neither of the two URLs of the plan`)
  }
  return {
    async read() {
      const reading = await file.read()
      const side = sideIn(reading)
      const isTold = parts.after === undefined || !(await notes.read(key))?.endsWith(' begun')
      return { at: isTold ? side : 'both', version: reading.version }
    },
    async move(to, expects) {
      const reading = await file.read()
      if (reading.version !== expects) return { result: 'stale' }
      const note = async (state: 'begun' | 'told'): Promise<void> =>
        await notes.write(key, `${to} ${state}` satisfies Announced)
      if (parts.after !== undefined) await note('begun') // before anything is changed: a kill in between must not look like done
      if (sideIn(reading) !== to) {
        const written = await write(parts, file, { reading, to })
        if (written.result !== 'done') return written
      }
      if (parts.after === undefined) return { result: 'done' }
      const ended = await runProgram({ argv: parts.after, withinMs: parts.within, input: '' })
      if (ended.kind !== 'ended' || ended.code !== 0) return { result: 'refused', why: wordsOf(parts, ended) }
      await note('told')
      return { result: 'done' }
    },
    async invalidate() {
      return { result: await file.invalidate() }
    },
  }
}

type Writing = { readonly reading: FileReading; readonly to: Side }

async function write(
  { path, name, urls }: EnvironmentFileParts,
  file: ReturnType<typeof replaceableFile>,
  { reading, to }: Writing,
): Promise<Acted> {
  const value = Buffer.from(urls[to].expose(), 'utf8').toString('latin1')
  const text = withVariable(reading.bytes.toString('latin1'), name, value)
  if (!text.ok) return { result: 'refused', why: `${name} ${text.fault} (${path})` }
  return { result: await file.replace(Buffer.from(text.value, 'latin1'), reading.version) }
}

/** Without what the program may have repeated of the URLs. */
function wordsOf({ after = [], urls }: EnvironmentFileParts, end: ProgramEnd): string {
  const how = end.kind === 'ended' ? `ended with ${end.code}` : end.kind === 'cut-off' ? 'was cut off' : 'did not start'
  return withoutSecrets(`${after[0] ?? ''} ${how}: ${end.said}`, Object.values(urls))
}
