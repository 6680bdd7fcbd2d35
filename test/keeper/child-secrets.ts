/** A process that exchanges a token once, and then says what is in its memory: writes a heap snapshot to the path of its second argument. Arguments: the
 *  vault's folder, the path. */
import { writeHeapSnapshot } from 'node:v8'
import { join } from 'node:path'
import { openKeeper } from '../../src/keeper.ts'

const [folder = '', path = ''] = process.argv.slice(2)
const keeper = await openKeeper({
  ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, spool: join(folder, 'spool') },
  ...{ proxy: 'direct', rounds: 'off', loginHosts: ['127.0.0.1'] },
})
await keeper.verify('canary')
writeHeapSnapshot(path) // collects garbage first
await keeper.close()
