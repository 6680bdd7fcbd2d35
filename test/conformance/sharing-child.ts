/** A process that shares the counting system's file with others. Says `ready`, and after a line on its standard input increments the counter `a` without pause:
 *  each number that it is told is said as soon as it is committed, and `done` when it has as many as it wants. Arguments: folder, writer, numbers wanted,
 *  writes in flight. */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { openStorage } from '../../src/storage/open.ts'
import { migrations, writes, writesModule } from './storage-writes.ts'

const [folder = '', writer = '', wanted = '0', inFlight = '1'] = process.argv.slice(2)

const storage = await openStorage({
  ...{ url: `sqlite:${folder}`, system: 'counting', migrations, writes, writesModule, sharing: 'several-processes' },
  writer: writer === 'inline' ? 'inline' : 'thread',
})
say('ready')
await once(process.stdin, 'data')
let left = Number(wanted)
await Promise.all(Array.from({ length: Number(inFlight) }, count))
await storage.close()
say('done')
process.exit(0)

async function count(): Promise<void> {
  while (left > 0) {
    left -= 1
    const result = await storage.write('increment', 'a')
    say(result.kind === 'committed' ? String(result.value) : result.kind)
  }
}

/** Synchronous, so that what was said has left the process before anything else happens. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
