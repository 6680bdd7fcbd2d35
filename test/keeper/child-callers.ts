/** A process of many callers: for each connection that is named on a line of its standard input, fifty ask for an access token at once, and a line says
 *  how many different answers they got, and a digest of a token or the code of a refusal. A line `+MS` sets its clocks that far ahead, and is said back. Arguments: the vault's folder, by how many milliseconds its clocks are
 *  ahead, and the milliseconds of its lease and of a call. */
import { hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { openKeeper } from '../../src/keeper/keeper.ts'
import { systemEnvironment } from '../../src/system.ts'
import { milliseconds } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'

const [folder = '', ahead = '0', lease = '60000', call = '30000'] = process.argv.slice(2)
const time = bentTime('thread')
time.ahead(Number(ahead))
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const keeper = await openKeeper(
  { ...systemEnvironment(quiet), ...time.environment },
  {
    ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, spool: join(folder, 'spool') },
    ...{
      ...{ proxy: 'direct', loginHosts: ['127.0.0.1'] },
      settings: { terms: { lease: milliseconds(Number(lease)), call: milliseconds(Number(call)) } },
    },
  },
)
const answer = async (id: string): Promise<string> =>
  await keeper.accessToken(id).then(
    ({ accessToken }) => hash('sha256', accessToken.expose()),
    (error: KeeperError) => error.code,
  )
writeSync(1, 'ready\n')
for await (const id of createInterface(process.stdin)) {
  if (id.startsWith('+')) {
    time.ahead(Number(id))
    writeSync(1, `${id}\n`)
    continue
  }
  const answers = new Set(await Promise.all(Array.from({ length: 50 }, () => answer(id))))
  writeSync(1, `${answers.size} ${[...answers].join(' ')}\n`)
}
await keeper.close()
