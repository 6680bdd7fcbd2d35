/** A process that is paused (SIGSTOP) at one of the places where an exchange waits, as often as it is asked to. Started with `await-hooks.ts`. Its argument is the
 *  JSON of a `Pausable`, each line of its standard input that of a `Pause`; it writes the place before it stops, and then `end` and what it got. */
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import type { LeaseTerms } from '../../src/keeper/rules/lease-terms.ts'
import { systemEnvironment } from '../../src/system.ts'
import { bentTime } from './bent-time.ts'

export type Pausable = { readonly folder: string; readonly terms: LeaseTerms }

export type Pause = {
  readonly id: string
  /** By how much its clocks are ahead before. */
  readonly ahead: number
  /** The number of a place; 0: none. */
  readonly stopAt: number
  /** Is there when it may go on: by how much its clocks are ahead then. */
  readonly wake: string
}

const { folder, terms }: Pausable = JSON.parse(process.argv[2] ?? '')
const time = bentTime('thread')
let pause: (Pause & { count: number }) | undefined
const reached = (place: string): void => {
  if (pause === undefined) return
  pause.count += 1
  if (pause.stopAt === 0) writeSync(1, `passed ${place}\n`)
  if (pause.count !== pause.stopAt) return
  writeSync(1, `stopped ${place}\n`)
  // the signal takes a moment to reach every thread
  for (process.kill(process.pid, 'SIGSTOP'); !existsSync(pause.wake);) continue
  time.ahead(Number(readFileSync(pause.wake, 'utf8')))
}
globalThis.keeperWaits = (place) => reached(`before ${place}`)
globalThis.keeperWaited = (place, result) => {
  reached(`after ${place}`)
  return result
}
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const keeper = await openKeeper(
  { ...systemEnvironment(quiet), ...time.environment },
  {
    loginHosts: ['127.0.0.1'],
    ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, proxy: 'direct', rounds: 'off' },
    ...{ spool: join(folder, 'spool'), settings: { terms } },
  },
)
writeSync(1, 'ready\n')
for await (const line of createInterface(process.stdin)) {
  const asked: Pause = JSON.parse(line)
  time.ahead(asked.ahead)
  pause = { ...asked, count: 0 }
  const end = await keeper.accessToken(asked.id).then(
    ({ generation }) => `token ${generation}`,
    (error: KeeperError) => error.code,
  )
  const { count } = pause
  pause = undefined
  writeSync(1, `end ${count} ${end}\n`)
}
await keeper.close()
