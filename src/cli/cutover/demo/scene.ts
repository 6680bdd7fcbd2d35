/** The demonstration org, gateway and keeper in a folder that is gone afterwards, with customers whose tokens are redeemed all the time. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultLine } from '../../../documents/fault.ts'
import { defaultOrgConfiguration } from '../../../org/configuration.ts'
import { systemEnvironment } from '../../../system.ts'
import { usualPair } from '../../demonstration/addresses.ts'
import { openDemonstration } from '../../demonstration/files.ts'
import { demonstrationApp, demonstrationConnection, demonstrationUser, keptUser } from '../../demonstration/names.ts'
import { readOrgFileFrom } from '../../org-file.ts'
import { openLoad, type Load } from '../stage/load.ts'
import { openStage, type Stage, type StageEnvironment } from '../stage/stage.ts'

export const oldPair: readonly string[] = usualPair
export const newPair: readonly string[] = ['127.0.0.21', '127.0.0.22']

export type Scene = {
  readonly folder: string
  readonly environment: StageEnvironment
  readonly stage: Stage
  readonly load: Load
  /** Stops the load and everything else, and removes the folder. */
  readonly close: () => Promise<void>
}

/** Nothing of what the services log is for the screen. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** `customers` connections besides the canary, `pause` ms between two redemptions of each. */
export async function openScene({ customers, pause }: { customers: number; pause: number }): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-cutover-demo-'))
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true })
  try {
    const environment = systemEnvironment(quiet)
    const names = Array.from({ length: customers }, (_, i) => `customer-${i + 1}`)
    const stage = await stageIn(folder, environment, [demonstrationConnection, ...names])
    const load = openLoad({ keeper: stage.keeper.keeper, connections: names, pause, wait: (ms) => sleep(ms) })
    return {
      ...{ folder, environment, stage, load },
      async close() {
        await load.stop()
        await stage.close()
        await remove()
      },
    }
  } catch (cause) {
    await remove()
    throw cause
  }
}

async function stageIn(folder: string, environment: StageEnvironment, connections: readonly string[]): Promise<Stage> {
  const { orgFile, consumerKey, consumerSecret } = await openDemonstration(folder, environment.random)
  const read = readOrgFileFrom(orgFile, defaultOrgConfiguration())
  if (!read.ok) throw new Error(read.fault.map(faultLine).join('\n'))
  return await openStage({
    ...{ folder, environment, file: read.value.file, pair: oldPair },
    apps: [{ name: demonstrationApp, consumerKey, consumerSecret, connections }],
    users: [keptUser, demonstrationUser],
  })
}
