/** The transcript of the cutover guide: the commands of its page, run against an org, a gateway and a keeper, with what changes from run to run masked
 *  where two are compared. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyApps } from '../../src/cli/cutover/rehearsal/copy.ts'
import { openStage, type Stage } from '../../src/cli/cutover/stage/stage.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import { systemEnvironment } from '../../src/system.ts'
import { root } from '../../tools/command.ts'
import { sallyport, type Ended } from '../cli/command.ts'

/** The blocks of the page by name, in their order; each is one command, or two. */
export const shots = {
  plan: [['plan', 'cutover.yaml', '--testing']],
  run: [['run', 'cutover.yaml', '--testing', '--yes', '--hold']],
  status: [['status']],
  release: [['release'], ['run', 'cutover.yaml', '--testing', '--yes']],
  rollback: [['rollback', 'cutover.yaml', '--testing', '--yes']],
  list: [['list']],
} as const
export type ShotName = keyof typeof shots

export type Shot = { readonly name: ShotName; readonly text: string; readonly codes: readonly (number | null)[] }

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const [app, pair] = ['Nightly_Sync', ['127.0.0.11', '127.0.0.12']]

export type Taken = {
  readonly shots: readonly Shot[]
  /** Fields of `status --json`. */
  readonly fields: readonly string[]
}

export async function takeTranscript(): Promise<Taken> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-transcript-'))
  const stage = await openStageFor(folder)
  try {
    const path = join(folder, 'cutover.yaml')
    await writeFile(path, fileOf(stage))
    const taken: Shot[] = []
    for (const [name, commands] of Object.entries(shots)) {
      const ended: { readonly words: string; readonly end: Ended }[] = []
      for (const args of commands) ended.push({ words: args.join(' '), end: await run(args, { folder, path }) })
      const text = ended.map(
        ({ words, end }) => `$ npm run -s sallyport -- cutover ${words}\n${end.stdout}${end.stderr}`,
      )
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of `shots`
      taken.push({
        name: name as ShotName,
        text: written(text.join('\n'), { folder, stage }),
        codes: ended.map(({ end }) => end.code),
      })
    }
    const { stdout } = await run(['status', '--json'], { folder, path })
    return { shots: taken, fields: Object.keys(JSON.parse(stdout) as object) }
  } finally {
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function openStageFor(folder: string): Promise<Stage> {
  const environment = systemEnvironment(quiet)
  const rows = parseAllowlist(pair.map((each) => ({ start: each, end: each, description: "the gateway's pair" })))
  if (!rows.ok) throw new Error('the pair is no list')
  const wish = { name: app, rows: rows.value.rows, isEnforced: true, seen: undefined }
  const { apps, file, users } = copyApps([wish], environment.random)
  return await openStage({
    ...{ folder, environment, file, users, pair },
    apps: apps.map((each) => ({ ...each, connections: ['canary'] })),
  })
}

const fileOf = ({ org, gateway, keeper }: Stage): string => `app: ${app}
allowlist: { org: ${org.url} }
traffic: { gateway: ${gateway().adminUrl} }
keeper: ${keeper.url}
connections: [canary]
from: [127.0.0.11, 127.0.0.12]
to: [127.0.0.21, 127.0.0.22]
propagationWait: 3s # only with --testing: a minute is the least otherwise
watch: { for: 4s } # only with --testing: 15 minutes are the least otherwise
`

async function run(
  args: readonly string[],
  { folder, path }: { readonly folder: string; readonly path: string },
): Promise<Ended> {
  const real = args.map((each) => (each === 'cutover.yaml' ? path : each))
  return await sallyport(['cutover', ...real], {
    cwd: root,
    env: { SALLYPORT_STORAGE: `sqlite:${folder}`, NO_COLOR: '1' },
  })
}

/** As a reader has it, with the usual ports and a file in their own folder. */
const written = (text: string, { folder, stage }: { readonly folder: string; readonly stage: Stage }): string =>
  text
    .replaceAll(`${folder}/`, '')
    .replaceAll(stage.org.url, 'http://127.0.0.1:8480')
    .replaceAll(stage.gateway().adminUrl, 'http://127.0.0.1:9294')
    .replaceAll(stage.keeper.url, 'http://127.0.0.1:8481')
    .trim()

/** What is the same in every run. Which waits there are depends on the machine, so they are left out. */
export const masked = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes('Waiting until'))
    .join('\n')
    .replace(/\d{4}-\d\d-\d\d-[0-9a-f]{6}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DAY TIME')
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    .replace(/\b\d+ (?:min|s) (?:\d+ s )?ago/g, 'AGE')
    .replace(/\d+-[0-9a-f]{6}/g, 'RUNNER')
    .replace(/\d+ of \d+ redemptions/g, 'N of N redemptions')
    .replace(/ +/g, ' ')

/** Of the table of the page whose first column is `field`. */
export const fieldsOn = (page: string): readonly string[] =>
  (/^\| field +\|[\s\S]*?\n\n/m.exec(page)?.[0] ?? '')
    .split('\n')
    .slice(2)
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name))

const marks = (name: ShotName) =>
  ({ start: `<!-- transcript ${name}: npm run docs:transcript -->`, end: `<!-- end of ${name} -->` }) as const

/** Without its fence. Throws where the page has no such block. */
export function transcriptIn(page: string, name: ShotName): string {
  const { from, to } = placeOf(page, name)
  const [, text] = /^```console\n([\s\S]*?)\n```$/.exec(page.slice(from, to).trim()) ?? []
  return text ?? ''
}

export function withTranscript(page: string, { name, text }: Pick<Shot, 'name' | 'text'>): string {
  const { from, to } = placeOf(page, name)
  return `${page.slice(0, from)}\n\n\`\`\`console\n${text}\n\`\`\`\n\n${page.slice(to)}`
}

function placeOf(page: string, name: ShotName): { readonly from: number; readonly to: number } {
  const { start, end } = marks(name)
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the page has no place for a transcript between ${start} and ${end}`)
  return { from: from + start.length, to }
}
