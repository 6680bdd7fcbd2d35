/** A process that keeps a vault and tells a webhook. Arguments: the vault's folder, the webhook's URL, its secret; `says` each delivery that it has
 *  made, and ends with its standard input. */
import { writeSync } from 'node:fs'
import { openKeeper, secret } from '../../src/keeper.ts'
import { vaultOptions } from './vault-options.ts'

const [folder = '', url = '', whsec = ''] = process.argv.slice(2)
const quiet = (): void => undefined
const keeper = await openKeeper({
  ...vaultOptions(folder),
  rounds: 60_000,
  webhooks: [{ name: 'pager', url, secret: secret(whsec), allowPrivate: true }],
  log: {
    ...{ warn: quiet, error: quiet },
    info: (event, fields) => void (event === 'keeper.webhook-delivered' && writeSync(1, `${JSON.stringify(fields)}\n`)),
  },
})
writeSync(1, 'ready\n')
process.stdin.resume()
process.stdin.once('end', () => void keeper.close())
