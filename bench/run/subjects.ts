/** What is measured side by side, and how one of them is measured for one round. */
import { join } from 'node:path'
import type { LoadReport, Target } from '../load/job.ts'
import { runChild, startChild } from './child.ts'
import type { Placement } from './placement.ts'
import { benchFolder, freshFolder } from './places.ts'

export type Settings = {
  readonly connections: number
  readonly warmupSeconds: number
  readonly seconds: number
  /** How long an echo's reply is: the org's own, measured. */
  readonly replyBytes: number
}

type Subject = {
  readonly what: string
  readonly script: string
  readonly args: (settings: Settings, folder: string) => readonly string[]
  /** True where the subject is a loop of its own that no load is put on. */
  readonly alone?: true
}

const grants = ({ connections }: Settings): readonly string[] => ['--grants', String(connections)]
const bytes = ({ replyBytes }: Settings): readonly string[] => ['--bytes', String(replyBytes)]

export const subjects: Readonly<Record<string, Subject>> = {
  'org': {
    what: 'Sallyport org, strict rotation, SQLite synchronous=FULL, all policies and login history on',
    script: 'org.ts',
    args: (settings, folder) => [...grants(settings), '--folder', folder],
  },
  'oidc-provider': {
    what: 'oidc-provider, the adapter that it ships, in memory',
    script: 'oidc-provider.ts',
    args: (settings) => [...grants(settings), '--adapter', 'shipped'],
  },
  'oidc-provider-map': {
    what: 'oidc-provider on a bare Map, its best case',
    script: 'oidc-provider.ts',
    args: (settings) => [...grants(settings), '--adapter', 'map'],
  },
  'bare-http': { what: 'node:http that parses the form and echoes', script: 'bare-http.ts', args: bytes },
  'fastify-echo': { what: 'the same echo on Fastify', script: 'fastify-echo.ts', args: bytes },
  'raw-sqlite': {
    what: 'the statements alone on node:sqlite, synchronous=FULL, 64 a transaction',
    script: 'raw-sqlite.ts',
    args: ({ warmupSeconds, seconds }, folder) => [
      ...['--folder', folder, '--members', '64'],
      ...['--warmup', String(warmupSeconds), '--seconds', String(seconds)],
    ],
    alone: true,
  },
}

/** One subject, started fresh on an empty folder, loaded, and gone again when this returns. */
export async function measure(name: string, settings: Settings, placement: Placement): Promise<LoadReport> {
  const subject = subjects[name]
  if (subject === undefined) throw new Error(`no subject ${name}. There are: ${Object.keys(subjects).join(', ')}`)
  using folder = freshFolder()
  const script = join(benchFolder, 'subjects', subject.script)
  const server = { script, args: subject.args(settings, folder.path), placement, role: 'server' } as const
  if (subject.alone) {
    const report = await runChild<LoadReport>(server, null) // awaited here: the folder goes when this returns
    return report
  }
  const running = await startChild<Target>(server)
  try {
    return await load(running.said, settings, placement)
  } finally {
    await running.stop()
  }
}

/** Puts load on a target that is there already; ends after `replies` of them where that is said. */
export async function load(
  target: Target,
  { connections, warmupSeconds, seconds }: Omit<Settings, 'replyBytes'>,
  placement: Placement,
): Promise<LoadReport> {
  const job = { target, connections, warmupSeconds, seconds, replies: null }
  return runChild<LoadReport>({ script: join(benchFolder, 'load', 'main.ts'), placement, role: 'load' }, job)
}
