/** A subject's listener on a port that was free. */
import { once } from 'node:events'
import type { Server } from 'node:http'

/** The port, once the server listens on 127.0.0.1. */
export async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on TCP')
  return address.port
}
