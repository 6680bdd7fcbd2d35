/** The calling thread's end of the writer thread. */
import { deserialize } from 'node:v8'
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import type { Batch } from './batch.ts'
import { unpackError } from './carried-error.ts'
import type { FromThread, ThreadStart, ThreadTask, ToThread } from './thread-messages.ts'
import type { Writer, WriterOutcome } from './writer.ts'

/** The file beside this one, in the language that this one is in: sources run as they are, the package is compiled. */
const program = new URL(`./writer-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Resolves once the thread holds its connection and has loaded the writes; rejects with what kept it from that.
 *  `onDeath` is called when it ends later without having been told to. */
export function startThreadWriter(task: ThreadTask, onDeath: (cause: Error) => void): Promise<Writer> {
  const { port1: port, port2: theirs } = new MessageChannel()
  const workerData: ThreadStart = { task, port: theirs }
  const worker = new Worker(program, { workerData, transferList: [theirs], name: 'sallyport-writer' })
  return new Promise((resolve, reject) => {
    port.once('message', (message: FromThread) => {
      worker.off('error', reject)
      if (message.kind === 'ready') return resolve(new ThreadWriter(worker, port, onDeath))
      reject(
        message.kind === 'not-ready' ? unpackError(message.cause) : new Error(`the writer began with ${message.kind}`),
      )
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the writer thread ended with ${code} before it was ready`)))
  })
}

class ThreadWriter implements Writer {
  readonly ownThread = true
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #onDeath: (cause: Error) => void
  #done: ((outcome: WriterOutcome) => void) | undefined
  #ended: Error | undefined
  #closing = false

  constructor(worker: Worker, port: MessagePort, onDeath: (cause: Error) => void) {
    this.#worker = worker
    this.#port = port
    this.#onDeath = onDeath
    port.on('message', (message: FromThread) => this.#settle(() => read(message)))
    port.on('messageerror', (cause: Error) => this.#end(cause))
    // 'error' is followed by 'exit'; only the first to come settles
    worker.on('error', (cause: Error) => this.#end(cause))
    worker.on('exit', (code) => this.#end(new Error(`the writer thread ended with ${code}`)))
  }

  execute(batch: Batch, done: (outcome: WriterOutcome) => void): void {
    if (this.#ended !== undefined) return done({ kind: 'undone', cause: this.#ended, alone: false })
    this.#done = done
    try {
      this.#say(batch)
    } catch (cause) {
      // an input that cannot be cloned: nothing was sent
      this.#settle(() => ({ kind: 'undone', cause: asError(cause), alone: true }))
    }
  }

  look(): void {
    const said: { readonly message: FromThread } | undefined = receiveMessageOnPort(this.#port)
    if (said !== undefined) this.#settle(() => read(said.message))
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return
    this.#closing = true
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#say('close')
    await ended
  }

  #say(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#port.postMessage(message)
  }

  /** What the thread was doing when it died, nobody can say. */
  #end(cause: Error): void {
    if (this.#ended !== undefined) return
    this.#ended = cause // first: nothing more is sent to it by whoever hears what it had said
    this.look() // what it said before it died is true
    this.#settle(() => ({ kind: 'unknown', cause }))
    if (!this.#closing) this.#onDeath(cause)
  }

  #settle(outcome: () => WriterOutcome): void {
    const done = this.#done
    this.#done = undefined
    done?.(outcome())
  }
}

function read(message: FromThread): WriterOutcome {
  switch (message.kind) {
    case 'committed':
      // oxlint-disable-next-line typescript/no-unsafe-assignment -- the thread serialized an array
      return { kind: 'committed', values: deserialize(message.values) }
    case 'undone':
      return { kind: 'undone', cause: unpackError(message.cause), alone: message.alone }
    case 'busy':
    case 'unknown':
      return { kind: message.kind, cause: unpackError(message.cause) }
    case 'ready':
    case 'not-ready':
      return { kind: 'unknown', cause: new Error(`the writer thread answered a batch with ${message.kind}`) }
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
