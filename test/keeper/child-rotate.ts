/** Rotates the key of the keyring in a process of its own, and dies before the n-th data key is stored: FOLDER N. */
import { join } from 'node:path'
import { openKeeper } from '../../src/keeper/keeper.ts'
import { systemEnvironment } from '../../src/system.ts'

const [, , folder = '', at = '1'] = process.argv
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const environment = systemEnvironment(quiet)
let stored = 0

const keeper = await openKeeper(
  {
    ...environment,
    async openStorage(options) {
      const storage = await environment.openStorage(options)
      return {
        engine: storage.engine,
        read: (program) => storage.read(program),
        async write(name, input, terms) {
          if (name === 'rewrapKey' || name === 'rewrapAppKey') stored += 1
          if (stored === Number(at)) process.kill(process.pid, 'SIGKILL')
          return await storage.write(name, input, terms)
        },
        backup: (path) => storage.backup(path),
        close: () => storage.close(),
      }
    },
  },
  {
    ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') } },
    ...{ spool: join(folder, 'spool'), proxy: 'direct', rounds: 'off', loginHosts: ['127.0.0.1'] },
  },
)
await keeper.rotateKey()
