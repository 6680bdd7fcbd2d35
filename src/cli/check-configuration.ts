/** The verdict on one configuration file, and on the org file that it names. */
import { resolve } from 'node:path'
import type { Loaded } from '../config/load.ts'
import { loadProcessConfiguration } from '../config/process.ts'
import { faultLine, type DocumentFault } from '../documents/fault.ts'
import { documentComplaint, printWarning } from './complaint.ts'
import { readOrgFileFrom } from './org-file.ts'
import { pathFromHere } from './paths.ts'
import type { Terminal } from './terminal.ts'

export type CheckWish = {
  readonly file?: string | undefined
  readonly config?: string | undefined
  readonly json?: boolean
}

type Verdict = {
  /** As people know it. */
  readonly file: string
  readonly faults: readonly DocumentFault[]
  readonly warnings: readonly DocumentFault[]
}

/** Throws a Complaint with every fault. The org file is judged by what the configuration says of the org, so only where that is in order. */
export function checkConfiguration(terminal: Terminal, { file, config, json = false }: CheckWish): void {
  const path = file ?? config ?? 'sallyport.yaml'
  const loaded = loadProcessConfiguration(path)
  const first: Verdict = loaded.ok
    ? { file: path, faults: [], warnings: loaded.value.warnings }
    : { file: path, faults: loaded.fault, warnings: [] }
  const second = loaded.ok ? checkOrgFile(loaded.value) : undefined
  const verdicts = second === undefined ? [first] : [first, second]
  const faults = verdicts.flatMap((each) => each.faults)
  const warnings = verdicts.flatMap((each) => each.warnings)
  if (json) {
    const files = { file: path, ...(second === undefined ? {} : { orgFile: second.file }) }
    terminal.out(JSON.stringify({ ...files, valid: faults.length === 0, faults, warnings }))
  }
  if (faults.length > 0) throw documentComplaint(faults)
  for (const each of warnings) printWarning(terminal, { means: faultLine(each), next: [each.next] })
  if (json) return
  for (const each of verdicts) terminal.out(`${each.file} is in order${countOf(each.warnings)}.`)
}

function checkOrgFile({ configuration: { org }, folder }: Loaded): Verdict | undefined {
  if (org.file === undefined) return undefined
  const path = resolve(folder, org.file)
  const file = pathFromHere(path)
  const read = readOrgFileFrom(path, org)
  return read.ok ? { file, faults: [], warnings: read.value.warnings } : { file, faults: read.fault, warnings: [] }
}

const countOf = (warnings: readonly DocumentFault[]): string =>
  warnings.length === 0 ? '' : `, with ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`
