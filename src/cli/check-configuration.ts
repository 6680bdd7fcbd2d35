/** The verdict on one configuration file. */
import { checkConfig } from '../config/load.ts'
import { processSources } from '../config/process.ts'
import { faultLine, type DocumentFault } from '../documents/fault.ts'
import { documentComplaint, printWarning } from './complaint.ts'
import type { Terminal } from './terminal.ts'

export type CheckWish = {
  readonly file?: string | undefined
  readonly config?: string | undefined
  readonly json?: boolean
}

/** Throws a Complaint with every fault of the file. */
export function checkConfiguration(terminal: Terminal, { file, config, json = false }: CheckWish): void {
  const path = file ?? config ?? 'sallyport.yaml'
  const checked = checkConfig(path, processSources())
  const warnings = checked.ok ? checked.value.warnings : []
  if (json) {
    terminal.out(JSON.stringify({ file: path, valid: checked.ok, faults: checked.ok ? [] : checked.fault, warnings }))
  }
  if (!checked.ok) throw documentComplaint(checked.fault)
  for (const each of warnings) printWarning(terminal, { means: faultLine(each), next: [each.next] })
  if (!json) terminal.out(`${path} is in order${countOf(warnings)}.`)
}

const countOf = (warnings: readonly DocumentFault[]): string =>
  warnings.length === 0 ? '' : `, with ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`
