/** The cutover as a person runs it: its file, the command line in a process of its own, and the journal that is left. */
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import { emptyFolder, environment, root, type Ended } from '../../cli/command.ts'
import type { Pair, Place } from './place.ts'

export type Wish = {
  readonly from: Pair
  readonly to: Pair
  /** Connections of the keeper. */
  readonly canaries: readonly string[]
  /** Origins; those of the place where they are left out. */
  readonly org?: string
  readonly gateway?: string
  readonly propagationWait?: string
  readonly watch?: string
  readonly drainWait?: string
}

export type Started = { readonly child: ChildProcess; readonly end: Promise<Ended>; readonly stderr: () => string }

export type Runner = {
  readonly folder: string
  /** Writes its file anew. */
  readonly configure: (wish: Partial<Wish>) => Promise<void>
  /** `sallyport cutover WORDS`, to its end. `diesAt` is `before N` or `after N`, of the lines that this process writes. */
  readonly cutover: (words: readonly string[], diesAt?: string) => Promise<Ended>
  readonly start: (words: readonly string[], diesAt?: string) => Started
  /** As if the minute had passed that the lease of a dead runner lasts. */
  readonly endLease: () => void
  /** Lines of all journals, oldest first. */
  readonly journal: () => readonly JournalLine[]
  /** What every process has printed. */
  readonly printed: () => string
}

export type JournalLine = { readonly fence: number; readonly kind: string } & Readonly<Record<string, unknown>>

export const run = ['run', 'cutover.yaml', '--yes', '--testing'] as const
export const rollback = ['rollback', 'cutover.yaml', '--yes', '--testing'] as const

/** In a folder of its own, so that no cutover of another test is under way there. */
export async function openRunner(t: TestContext, place: Place, wish: Wish): Promise<Runner> {
  const folder = await emptyFolder(t)
  const configure = async (bend: Partial<Wish>): Promise<void> =>
    await writeFile(join(folder, 'cutover.yaml'), fileOf(place, { ...wish, ...bend }))
  await configure({})
  let printed = ''
  const start = (words: readonly string[], diesAt?: string): Started => {
    const hook = diesAt === undefined ? [] : ['--import', hookPath]
    const child = spawn(process.execPath, [...hook, main, 'cutover', ...words], {
      cwd: folder,
      env: environment({ ...tokensOf(place), ...(diesAt === undefined ? {} : { DIES_AT: diesAt }) }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => {
        said[stream] += chunk.toString()
        printed += chunk.toString()
      })
    const { promise: end, resolve } = Promise.withResolvers<Ended>()
    child.on('close', (code) => resolve({ code, ...said }))
    return { child, end, stderr: () => said.stderr }
  }
  return {
    ...{ folder, configure, start },
    cutover: async (words, diesAt) => await start(words, diesAt).end,
    endLease: () => inDatabase(folder, (database) => database.exec('UPDATE cutovers SET until = 0')),
    journal: () => inDatabase(folder, linesIn),
    printed: () => printed,
  }
}

const main = join(root, 'src/cli/main.ts')
const hookPath = fileURLToPath(new URL('child-dies-at-line.ts', import.meta.url))

const fileOf = (place: Place, wish: Wish): string => `app: ${place.org.app}
allowlist: { org: '${wish.org ?? place.org.origin}' }
traffic: { gateway: '${wish.gateway ?? place.gateway.origin}' }
keeper: '${place.keeper.origin}'
tokens: { org: { env: ORG_TOKEN }, gateway: { env: GATEWAY_TOKEN }, keeper: { env: KEEPER_TOKEN } }
connections: [${wish.canaries.join(', ')}]
from: [${wish.from.join(', ')}]
to: [${wish.to.join(', ')}]
propagationWait: ${wish.propagationWait ?? '300ms'}
watch: { for: ${wish.watch ?? '600ms'}, redemptionSuccess: 0.999 }
${wish.drainWait === undefined ? '' : `drainWait: ${wish.drainWait}\n`}`

const tokensOf = ({ org, gateway, keeper }: Place): Readonly<Record<string, string>> => ({
  ...{ ORG_TOKEN: org.token, GATEWAY_TOKEN: gateway.token, KEEPER_TOKEN: keeper.token },
})

function inDatabase<T>(folder: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(folder, 'data/cutover.db'), { timeout: 5_000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

const linesIn = (database: DatabaseSync): readonly JournalLine[] =>
  database
    .prepare('SELECT fence, entry FROM entries ORDER BY cutover, seq')
    .all()
    .map(({ fence, entry }) => ({ ...JSON.parse(String(entry)), fence: Number(fence) }))
