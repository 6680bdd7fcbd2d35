/** Tunnels that carry as much as they can, both ways at one time. A "reply" of the window is a megabyte (1e6 bytes) that has come or gone. */
import type { Socket } from 'node:net'
import type { Window } from '../load/window.ts'
import type { ProxyJob } from './job.ts'
import { openTunnel } from './tunnel.ts'

const megabyte = 1e6
const piece = Buffer.alloc(64 * 1024, 'up')

export async function runFlood({ proxy, origin, connections }: ProxyJob, window: Window): Promise<void> {
  if (proxy === null) throw new Error('a flood is measured through a proxy')
  let bytes = 0
  const count = (more: number): boolean => {
    bytes += more
    for (; bytes >= megabyte; bytes -= megabyte) if (!window.reply(0, megabyte)) return false
    return true
  }
  const stream = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    openTunnel({
      proxy,
      port: origin.flood,
      events: {
        opened: (socket) => pour(socket, count),
        heard: (socket, heard) => void (count(heard.length) || socket.destroy()),
        failed: (why) => window.failure(why),
        closed: resolve,
      },
    })
    await promise
  }
  await Promise.all(Array.from({ length: connections }, stream))
}

/** Counts a piece when the system has taken it. */
function pour(socket: Socket, count: (bytes: number) => boolean): void {
  socket.write(piece, (error) => {
    if (error) return
    if (count(piece.length)) pour(socket, count)
    else socket.destroy()
  })
}
