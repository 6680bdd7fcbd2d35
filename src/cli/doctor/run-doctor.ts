/** All checks, one after the other, and their verdict. */
import { resolve } from 'node:path'
import { loadProcessConfiguration } from '../../config/process.ts'
import type { Loaded } from '../../config/load.ts'
import { faultLine } from '../../documents/fault.ts'
import { systemEnvironment } from '../../system.ts'
import { pasteable } from '../complaint.ts'
import { readOrgFileFrom } from '../org-file.ts'
import { openLog } from '../log.ts'
import type { Terminal } from '../terminal.ts'
import { checkAddresses } from './addresses.ts'
import { checkClocks } from './clocks.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'
import { checkGateway } from './gateway.ts'
import { checkKeeper } from './keeper.ts'
import { checkNode } from './node-version.ts'
import { checkService } from './service.ts'
import { checkStorage } from './storage.ts'

export type DoctorFlags = { readonly config?: string; readonly json?: boolean }

/** Sets the exit code to 1 where a check fails; a doubt leaves it. */
export async function runDoctor(terminal: Terminal, { config, json = false }: DoctorFlags): Promise<void> {
  const findings = await examine(terminal, config)
  const failed = findings.filter(({ state }) => state === 'fail').length
  if (json) terminal.out(JSON.stringify({ healthy: failed === 0, findings }))
  else for (const finding of findings) for (const line of linesOf(terminal, finding)) terminal.out(line)
  if (failed > 0) {
    process.exitCode = 1
    terminal.err(`${failed} of ${findings.length} checks failed.`)
  }
}

async function examine(terminal: Terminal, config: string | undefined): Promise<readonly Finding[]> {
  const loaded = loadProcessConfiguration(config)
  const environment = systemEnvironment(openLog(terminal))
  const independent = [checkNode(), ...(await checkClocks(environment))]
  if (!loaded.ok) {
    return [...independent, ...loaded.fault.map((each) => failure('configuration', faultLine(each), each.next))]
  }
  const settings = loaded.value
  const storage = checkStorage(settings, environment.clock())
  return [
    ...independent,
    ...configurationFindings(settings),
    ...orgFileFindings(settings),
    ...storage.findings,
    ...(await checkService(settings, storage.owned.has('org'))),
    ...(await checkAddresses(settings)),
    ...(await checkGateway(settings, storage.owned.has('gateway'))),
    ...(await checkKeeper(settings, environment)),
  ]
}

function configurationFindings({ file, warnings }: Loaded): Finding[] {
  const doubts = warnings.map((each) => doubt('configuration', faultLine(each), each.next))
  if (doubts.length > 0) return doubts
  return [fine('configuration', file === undefined ? 'no file; defaults apply' : `${file} is in order`)]
}

function orgFileFindings({ configuration: { org }, folder }: Loaded): Finding[] {
  if (org.file === undefined) return []
  const read = readOrgFileFrom(resolve(folder, org.file), org)
  if (!read.ok) return read.fault.map((each) => failure('org file', faultLine(each), each.next))
  const doubts = read.value.warnings.map((each) => doubt('org file', faultLine(each), each.next))
  return doubts.length > 0 ? doubts : [fine('org file', `${org.file} is in order`)]
}

function linesOf({ paint }: Terminal, { check, state, says, next }: Finding): string[] {
  const mark = { ok: paint.green('ok  '), warn: paint.yellow('warn'), fail: paint.red('fail') }[state]
  return [`${mark}  ${check}: ${says}`, ...next.map((each) => `      ${paint.bold('Try:')} ${pasteable(each)}`)]
}
