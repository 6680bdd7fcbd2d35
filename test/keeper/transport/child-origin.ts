/** A token endpoint, and an https proxy before it, in a thread of their own: they hear and answer while the loop of the test stands still. They count
 *  into shared memory: bytes of requests that have come, and replies that are written and whose connection is broken. */
import { createServer, connect, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'
import { isWhole, tokens } from './said.ts'

export type Far = {
  readonly counts: Int32Array
  readonly answers: boolean
  /** TLS at the token endpoint. */
  readonly secure: boolean
  readonly cert: string
  readonly key: string
}

const far: Far = workerData

function count(at: number, amount: number): void {
  Atomics.add(far.counts, at, amount)
  Atomics.notify(far.counts, at)
}

function answer(socket: Socket): void {
  let heard = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
    if (far.answers && isWhole(heard)) socket.write(tokens, () => broken(socket))
    count(0, chunk.length)
  })
}

function broken(socket: Socket): void {
  if (far.secure) socket.destroy()
  else socket.resetAndDestroy()
  count(1, 1)
}

function proxy(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.once('data', (head: Buffer) => {
    const port = Number(/^CONNECT \S+:(\d+) /.exec(head.toString('latin1'))?.[1])
    const onward = connect(port, '127.0.0.1', () => void socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  })
}

const origin = far.secure ? createTlsServer(far, answer) : createServer(answer)
const front = createTlsServer(far, proxy)
origin.listen(0, '127.0.0.1', () =>
  front.listen(0, '127.0.0.1', () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    parentPort?.postMessage([origin.address(), front.address()])
  }),
)
