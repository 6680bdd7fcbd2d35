/** A process that exchanges a refresh token once, and is gone at the n-th place where it waits. Writes the name of each place that it has
 *  reached. Arguments: the vault's folder, the connection, n (0: it lives). */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openKeeper } from '../../src/keeper/keeper.ts'
import { systemEnvironment } from '../../src/system.ts'
import { pointedEnvironment, pointedOptions } from './points.ts'

const [folder = '', id = '', dieAt = '0'] = process.argv.slice(2)
let count = 0
let begun = false
const reached = (point: string): void => {
  if (!begun) return
  count += 1
  writeSync(1, `${point}\n`)
  if (count === Number(dieAt)) process.kill(process.pid, 'SIGKILL')
}
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const environment = pointedEnvironment(systemEnvironment(quiet), reached)
const options = {
  ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, proxy: 'direct' as const },
  spool: join(folder, 'spool'),
}
const pointed = await pointedOptions(options, environment, reached)
const keeper = await openKeeper({ ...environment, transport: pointed.transport }, pointed.options)
begun = true
await keeper.verify(id)
begun = false
await keeper.close()
