/** The org file as commands read it: from disk, with its secrets, every fault at its line. */
import { dirname, resolve } from 'node:path'
import { processSources } from '../config/process.ts'
import type { DocumentFault } from '../documents/fault.ts'
import type { OrgConfiguration } from '../org/configuration.ts'
import { readOrgFile, type ReadOrgFile } from '../org/metadata/org-file.ts'
import { fault, type Result } from '../values/result.ts'
import { pathFromHere } from './paths.ts'

/** Relative paths of secrets start at the folder of the org file. */
export function readOrgFileFrom(
  path: string,
  configuration: OrgConfiguration,
): Result<ReadOrgFile, readonly DocumentFault[]> {
  const { environment, readFile } = processSources()
  const fileName = pathFromHere(path)
  const text = readFile(path)
  if (!text.ok) {
    const message = `the org file ${fileName} ${text.fault}`
    return fault([{ path: '', message, next: 'Name another with --file, or make it readable.' }])
  }
  const secrets = {
    environment: (name: string) => environment[name],
    file: (name: string) => readFile(resolve(dirname(path), name)),
  }
  return readOrgFile(text.value, { fileName, secrets, configuration })
}
