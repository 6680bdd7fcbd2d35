/** CONNECT set-ups: connect, CONNECT with credentials, 64 bytes there and back, close; then the next. */
import type { Window } from '../load/window.ts'
import type { ProxyJob } from './job.ts'
import { openTunnel, type TunnelEvents } from './tunnel.ts'

const payload = Buffer.alloc(64, 'there and back ')

/** Resolves when the window is over and every worker has ended. The latency is from connect() to the last byte of the echo. */
export async function runSetUps({ proxy, origin, connections }: ProxyJob, window: Window): Promise<void> {
  if (proxy === null) throw new Error('set-ups are measured through a proxy')
  const worker = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const next = (): void => {
      const before = performance.now()
      let goesOn = true
      let heard = 0
      const events: TunnelEvents = {
        opened: (socket) => socket.write(payload),
        heard(socket, bytes) {
          heard += bytes.length
          if (heard < payload.length) return
          if (heard > payload.length || bytes[bytes.length - 1] !== payload[63])
            window.failure('the echo is another one')
          goesOn = window.reply(performance.now() - before, heard)
          socket.destroy()
        },
        failed(why) {
          window.failure(why)
          goesOn = false // the next would fail as well, and faster
        },
        closed: () => (goesOn ? next() : resolve()),
      }
      openTunnel({ proxy, port: origin.echo, events })
    }
    next()
    await promise
  }
  await Promise.all(Array.from({ length: connections }, worker))
}
