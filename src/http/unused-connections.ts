/** What a server that is being closed need not wait for: connections on which nobody has asked for anything. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { DirectLane } from './direct-lane.ts'

/** Node ends those that rest between two requests, and waits without end for one that has sent no whole request: browsers open such ones in store, and
 *  anybody can. To be called before the server listens; what comes back, when it has been told to close. From then on a request that had come whole is
 *  answered, and its connection ended; every other connection is ended at once. */
export function watchConnections(server: Server, direct?: DirectLane): () => void {
  const open = new Map<Socket, Asked | undefined>()
  let closing = false
  server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy()
    open.set(socket, undefined)
    socket.once('close', () => open.delete(socket))
  })
  // on the way of every request, so it does next to nothing
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    open.set(request.socket, { request, response })
    if (closing) endWith(request.socket, response)
  })
  return () => {
    closing = true
    for (const [socket, last] of open)
      if (direct?.endAfterAnswer(socket) === true) continue
      else if (last?.request.complete === true && !last.response.closed) endWith(socket, last.response)
      else socket.destroy()
  }
}

type Asked = { readonly request: IncomingMessage; readonly response: ServerResponse }

function endWith(socket: Socket, response: ServerResponse): void {
  response.once('close', () => socket.destroySoon())
}

/** To be called before the server listens. */
export function endUnusedAtClose(server: FastifyInstance, direct?: DirectLane): void {
  const endUnused = watchConnections(server.server, direct)
  server.addHook('preClose', (done) => {
    endUnused()
    done()
  })
}
