/** A process that exchanges a refresh token once, and is gone at one of the places where it waits. Writes the name of each place that it has
 *  reached. Started with `await-hooks.ts`; its argument is the JSON of an `Errand`. */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import type { KeeperEnvironment } from '../../src/keeper/environment.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import type { InjectionPlan } from '../../src/storage/injection.ts'
import { systemEnvironment } from '../../src/system.ts'
import { bentTime } from './bent-time.ts'

export type Errand = {
  readonly folder: string
  readonly id: string
  /** The number of a place, or what `place` says of it; 0: it lives. */
  readonly dieAt: number | string
  /** By how much its clocks are ahead of the machine's. */
  readonly ahead: number
  readonly fromStart?: boolean
  /** What its store refuses. */
  readonly inject?: InjectionPlan
  /** Its own, beside its vault, where it is left out. */
  readonly spool?: string
}

declare global {
  /** Called by every `await` on the way of an exchange (await-points.ts). */
  var keeperWaits: (place: string) => void
  var keeperWaited: <T>(place: string, result: T) => T
}

const {
  folder,
  id,
  dieAt,
  ahead,
  fromStart = false,
  inject,
  spool = join(folder, 'spool'),
}: Errand = JSON.parse(process.argv[2] ?? '')
let count = 0
let begun = fromStart
const reached = (place: string): void => {
  if (!begun) return
  count += 1
  writeSync(1, `${place}\n`)
  if (count === dieAt || place === dieAt) process.kill(process.pid, 'SIGKILL')
}
globalThis.keeperWaits = (place) => reached(`before ${place}`)
globalThis.keeperWaited = (place, result) => {
  reached(`after ${place}`)
  return result
}
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const time = bentTime('thread')
time.ahead(ahead)
const environment: KeeperEnvironment = {
  ...{ ...systemEnvironment(quiet), ...time.environment },
  openStorage: (options) => time.environment.openStorage({ ...options, ...(inject === undefined ? {} : { inject }) }),
}
const keeper = await openKeeper(environment, {
  loginHosts: ['127.0.0.1'],
  ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, proxy: 'direct', rounds: 'off' },
  spool,
})
begun = true
await keeper.verify(id).catch((cause: unknown) => writeSync(1, `rejected ${String(cause)}\n`))
begun = false
process.exit(0)
