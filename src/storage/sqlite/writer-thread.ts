/** The writer thread's own program: it owns the write connection, and its fsync blocks nobody else (P-15). */
import { serialize } from 'node:v8'
import { workerData } from 'node:worker_threads'
import { clockOf } from '../clock.ts'
import { injectorOf } from '../injection.ts'
import type { Writes } from '../storage.ts'
import { BatchRunner } from './batch.ts'
import { packError } from './carried-error.ts'
import type { Connection } from './connection.ts'
import { openWriterConnection, threadWaitMs } from './sharing.ts'
import type { FromThread, ThreadStart, ThreadTask, ToThread } from './thread-messages.ts'

// thread-writer.ts, the only one to start this thread, gives it a ThreadStart
// oxlint-disable-next-line typescript/no-unsafe-argument
await serve(workerData)

async function serve({ port, task }: ThreadStart): Promise<void> {
  const say = (message: FromThread): void => port.postMessage(message)
  try {
    const runner = await openRunner(task)
    port.on('message', (message: ToThread) => {
      if (message !== 'close') return say(replyTo(runner, message))
      runner.close()
      port.close()
    })
    say({ kind: 'ready' })
  } catch (cause) {
    say({ kind: 'not-ready', cause: packError(cause) })
  }
}

async function openRunner({ writesModule, injection, clock, ...task }: ThreadTask): Promise<BatchRunner<Uint8Array>> {
  // the module's other exports are none of our business, and its `writes` are what the caller's types say
  // oxlint-disable-next-line typescript/no-unsafe-assignment
  const module: { readonly writes?: Writes } = await import(writesModule)
  if (typeof module.writes !== 'object') throw new Error(`${writesModule} exports no \`writes\``)
  const inject = injectorOf(injection)
  const now = clockOf(clock)
  const open = (): Connection => openWriterConnection({ ...task, inject, now }, threadWaitMs)
  const { sharing } = task
  return new BatchRunner<Uint8Array>(open(), { open, writes: module.writes, reopens: true, seal: serialize, sharing })
}

function replyTo(runner: BatchRunner<Uint8Array>, batch: Exclude<ToThread, 'close'>): FromThread {
  const outcome = runner.execute(batch)
  return outcome.kind === 'committed' ? outcome : { ...outcome, cause: packError(outcome.cause) }
}
