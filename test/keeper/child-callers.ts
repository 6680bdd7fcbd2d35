/** A process of many callers: for each connection that is named on a line of its standard input, fifty ask for an access token at once, and a line says
 *  how many different ones they got, and a digest of it. Argument: the vault's folder. */
import { hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openKeeper } from '../../src/keeper.ts'

const [folder = ''] = process.argv.slice(2)
const keeper = await openKeeper({
  ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, spool: join(folder, 'spool') },
  proxy: 'direct',
})
writeSync(1, 'ready\n')
for await (const id of createInterface(process.stdin)) {
  const all = await Promise.all(Array.from({ length: 50 }, () => keeper.accessToken(id)))
  const tokens = new Set(all.map(({ accessToken }) => accessToken.expose()))
  const [first = ''] = tokens
  writeSync(1, `${tokens.size} ${hash('sha256', first)}\n`)
}
await keeper.close()
