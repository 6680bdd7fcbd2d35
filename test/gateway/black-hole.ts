/** A listener that answers nothing, as far as its kernel is concerned: nobody accepts, its queue is full, and every further SYN is dropped. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Scope } from './kit.ts'

export type BlackHole = { readonly host: string; readonly port: number }

const listenAndBlock = `
const { createServer } = require('node:net')
const { parentPort } = require('node:worker_threads')
const server = createServer(() => undefined)
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

/** Full when it resolves. */
export async function openBlackHole(t: Scope): Promise<BlackHole> {
  const worker = new Worker(listenAndBlock, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const held: Socket[] = []
  t.after(async () => {
    for (const each of held) each.destroy()
    await worker.terminate()
  })
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    held.push(socket)
    if (!(await connected(socket))) return { host: '127.0.0.1', port }
  }
}

/** The kernel answers a SYN over loopback within microseconds, or never. */
async function connected(socket: Socket): Promise<boolean> {
  return await new Promise((resolve) => {
    const silence = setTimeout(() => resolve(false), 150)
    socket.once('connect', () => {
      clearTimeout(silence)
      resolve(true)
    })
  })
}
