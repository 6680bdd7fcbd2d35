/** What an org is started with: the configuration, and over it the options of the command. */
import { resolve } from 'node:path'
import type { Loaded } from '../config/load.ts'
import type { Log } from '../org/parts.ts'
import { checkListen, storageFrom } from './settings.ts'
import type { OrgRequest } from './start-org.ts'

export type OrgFlags = {
  readonly config?: string
  readonly json?: boolean
  readonly file?: string
  readonly listen?: string
  readonly storage?: string
  readonly testing?: boolean
  readonly reapply?: boolean
}

/** Paths in options start at the working directory, paths in the configuration at its folder. */
export function orgRequest(loaded: Loaded, flags: OrgFlags, log: Log): OrgRequest {
  const { configuration, folder, adminToken } = loaded
  const { org } = configuration
  const here = process.cwd()
  const file = flags.file === undefined ? org.file && resolve(folder, org.file) : resolve(here, flags.file)
  return {
    storage:
      flags.storage === undefined ? storageFrom(configuration.storage, folder) : storageFrom(flags.storage, here),
    configuration: { ...org, ...(flags.listen === undefined ? {} : { listen: checkListen(flags.listen) }) },
    file: file === '' ? undefined : file,
    reapply: flags.reapply ?? false,
    testing: flags.testing ?? false,
    adminToken,
    log,
  }
}
