/** proxy-chain, in the test's own process. */
import { Server } from 'proxy-chain'
import type { Peer } from './peer.ts'

export const proxyChain: Peer = {
  name: 'proxy-chain',
  missing: undefined, // it is a dependency of the tests
  async start(t, credentials) {
    const server = new Server({
      ...{ host: '127.0.0.1', port: 0 },
      prepareRequestFunction: ({ username, password }) => ({
        requestAuthentication:
          credentials !== undefined && (username !== credentials.user || password !== credentials.password),
      }),
    })
    await server.listen()
    t.after(async () => await server.close(true))
    return { host: '127.0.0.1', port: server.port, credentials }
  },
}
