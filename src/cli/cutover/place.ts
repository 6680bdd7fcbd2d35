/** What a cutover works with: its file, its journal, and what stands behind its ports. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { processSources } from '../../config/process.ts'
import { readCutoverFile, type ReadPlan } from '../../cutover/configuration.ts'
import type { Cutovers } from '../../cutover/cutover.ts'
import type { CutoverPorts } from '../../cutover/ports.ts'
import { faultLine } from '../../documents/fault.ts'
import { startCutovers } from '../../system.ts'
import { complaint, documentComplaint, printWarning } from '../complaint.ts'
import { openLog } from '../log.ts'
import { notifyFaults } from './notifier.ts'
import { loadSettings, storageFrom } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { groundOf } from './ground.ts'
import { openLists } from './open-lists.ts'
import { openTraffic } from './open-traffic.ts'

export type CutoverFlags = { readonly config?: string; readonly json?: boolean; readonly testing?: boolean }

/** Throws a Complaint with every fault of the file, each with its line and column. */
export function readPlan(path: string, { testing = false }: CutoverFlags): ReadPlan {
  const { environment, readFile, workingDirectory } = processSources()
  const text = readText(path)
  const readers = {
    environment: (name: string) => environment[name],
    file: (name: string) => readFile(resolve(workingDirectory, name)),
  }
  const read = readCutoverFile(text, { name: path, readers, testing, more: notifyFaults })
  if (!read.ok) throw documentComplaint(read.fault)
  return read.value
}

function readText(path: string): string {
  const text = readIfPossible(path)
  if (text.trim() === '') throw complaint(`The cutover file ${path} is empty.`, 'docs/guides/cutover.md shows one.')
  return text
}

function readIfPossible(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const means = unreadable[code] ?? `cannot be read (${code})`
    throw complaint(
      `The cutover file ${path} ${means}.`,
      'Name the file that says what is to move; docs/guides/cutover.md shows one.',
    )
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
}

/** Prints what the file is warned of. */
export function portsOf(
  terminal: Terminal,
  { file, plan, lookBack, warnings, readAgain }: ReadPlan,
  flags: CutoverFlags,
): CutoverPorts {
  for (const each of warnings) printWarning(terminal, { means: faultLine(each), next: [each.next] })
  const ground = groundOf(terminal, flags.config)
  const traffic = openTraffic(ground, { file, plan })
  return { lists: openLists(ground, { file, readAgain }, traffic), traffic: traffic.port, lookBack }
}

export async function cutoversOf(terminal: Terminal, { config }: CutoverFlags): Promise<Cutovers> {
  const { configuration, folder } = loadSettings(terminal, config)
  return await startCutovers({ storage: storageFrom(configuration.storage, folder), log: openLog(terminal) })
}
