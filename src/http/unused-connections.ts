/** What a server that is being closed need not wait for: connections on which nobody has asked for anything. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Node ends those that rest between two requests, and waits without end for one that has sent no whole request: browsers open such ones in store, and
 *  anybody can. To be called before the server listens; what comes back, when it has been told to close. From then on a request that had come whole is
 *  answered, and its connection ended; every other connection is ended at once. */
export function watchConnections(server: Server): () => void {
  const open = new Map<Socket, Set<IncomingMessage>>()
  let closing = false
  server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy()
    open.set(socket, new Set())
    socket.once('close', () => open.delete(socket))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const asked = open.get(request.socket)
    asked?.add(request)
    response.once('close', () => {
      asked?.delete(request)
      if (closing && asked?.size === 0) request.socket.destroySoon()
    })
  })
  return () => {
    closing = true
    for (const [socket, asked] of open) if (![...asked].some(({ complete }) => complete)) socket.destroy()
  }
}

/** To be called before the server listens. */
export function endUnusedAtClose(server: FastifyInstance): void {
  const endUnused = watchConnections(server.server)
  server.addHook('preClose', (done) => {
    endUnused()
    done()
  })
}
