/** A process with a spool: `node child-spool.ts FOLDER REPLY_BYTES`, one command a line on standard input, one JSON line back for each.
 *  `reserve ATTEMPT`, `keep ATTEMPT BYTES`, `release ATTEMPT`, `found`, `close`. */
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { openSpool, type Slot } from '../../../src/keeper/vault/spool.ts'

const [folder = '', replyBytes = ''] = process.argv.slice(2)
const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const spool = await openSpool({ folder, random, limits: { slots: 64, replyBytes: Number(replyBytes) } })
const slots = new Map<number, Slot>()

async function answer(command: string): Promise<unknown> {
  const [verb = '', attempt, bytes] = command.split(' ')
  const slot = slots.get(Number(attempt))
  switch (verb) {
    case 'reserve': {
      const reserved = await spool.reserve({ tenant: 't', id: 'canary' }, 1, Number(attempt))
      if (!reserved.ok) return { refused: reserved.fault.kind, means: reserved.fault.means }
      slots.set(Number(attempt), reserved.value)
      return 'reserved'
    }
    case 'keep':
      await slot?.keep(new Uint8Array(Number(bytes)).fill(Number(attempt)))
      return 'kept'
    case 'release':
      await slot?.release()
      return 'released'
    case 'found':
      return (await spool.found()).map((left) =>
        left.kind === 'reply' ? { attempt: left.attempt, bytes: left.sealed.length } : { torn: left.of?.attempt },
      )
    default:
      await spool.close()
      return 'closed'
  }
}

process.stdout.write('"open"\n')
for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(line).catch((cause: unknown) => ({ failed: String(cause) }))
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
