/** A process of its own that owns a storage and writes to it without pause. Standard output: `ready`, then the name of each entry as soon
 *  as it is committed; a refusal at the opening is printed as its code and message. Arguments: folder, writer, writes in flight, bytes an entry. */
import { writeSync } from 'node:fs'
import { openStorage } from '../../src/storage/open.ts'
import { entries, migrations, writes, writesModule } from './storage-writes.ts'
import { StorageFault } from '../../src/storage/storage.ts'

const [folder = '', writer = '', inFlight = '0', bytes = '0'] = process.argv.slice(2)

try {
  const url = `sqlite:${folder}`
  const kind = writer === 'inline' ? 'inline' : 'thread'
  const storage = await openStorage({ url, system: 'counting', migrations, writes, writesModule, writer: kind })
  const start = (await storage.read(entries)).length
  say('ready')
  let next = start
  const client = async (): Promise<void> => {
    for (;;) {
      const entry = `entry ${next}`
      next += 1
      const result = await storage.write('appendPadded', { entry, bytes: Number(bytes) })
      say(result.kind === 'committed' ? entry : result.kind)
      if (result.kind !== 'committed') return
    }
  }
  await Promise.all(Array.from({ length: Number(inFlight) }, client))
  if (Number(inFlight) === 0) await new Promise((resolve) => process.stdin.once('end', resolve).resume())
  await storage.close()
} catch (cause) {
  if (!(cause instanceof StorageFault)) throw cause
  say(`${cause.code} ${cause.message}`)
}

/** Synchronous, so that what was said has left the process before anything else happens. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
