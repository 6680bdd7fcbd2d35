/** proxy-chain with what ours has switched on and it can do: Basic authentication, and a list of destinations. `--port N --user U --password P --allow HOST:PORT`;
 *  with `--from ADDRESS` it leaves by those addresses in turn. */
import { parseArgs } from 'node:util'
import { Server } from 'proxy-chain'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    user: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    from: { type: 'string', multiple: true, default: [] },
    allow: { type: 'string', multiple: true, default: [] },
  },
})
const allowed = new Set(values.allow)

let turn = 0 // of the addresses

const server = new Server({
  host: '127.0.0.1',
  port: Number(values.port),
  prepareRequestFunction({ username, password, hostname, port }) {
    if (username !== values.user || password !== values.password) return { requestAuthentication: true }
    if (!allowed.has(`${hostname}:${port}`))
      return { requestAuthentication: true, failMsg: 'This destination is not allowed' }
    turn += 1
    const localAddress = values.from[turn % values.from.length]
    return localAddress === undefined ? {} : { localAddress }
  },
})
await server.listen()
process.once('SIGTERM', () => void server.close(true).then(() => process.exit(0)))
