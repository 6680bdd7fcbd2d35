/** The keeper's service with connections that have live access tokens: its own server, its own library, SQLite. */
import { parseArgs } from 'node:util'
import { openServer } from '../../src/keeper/service/server.ts'
import { bearersOf } from '../../src/keeper/service/tenants.ts'
import { systemEnvironment } from '../../src/system.ts'
import { secret } from '../../src/values/secret.ts'
import { adoptMany, openQuietKeeper, quiet } from '../keeper/no-host.ts'
import type { PostTarget } from '../load/posts.ts'
import { announce } from './announce.ts'

const { values } = parseArgs({
  options: { folder: { type: 'string' }, connections: { type: 'string', default: '32' } },
})
if (values.folder === undefined) throw new Error('--folder is needed')
const token = 'sp_keeper_of_the_bench_0123456789abcdef'
const { clock, random } = systemEnvironment(quiet)
const keeper = await openQuietKeeper(values.folder)
await adoptMany(keeper, Number(values.connections), { loginUrl: 'https://login.example.com', withAccess: true })
const server = await openServer(
  { keeper, log: quiet, clock, random },
  {
    ...{ listen: { host: '127.0.0.1', port: 0 }, publicUrl: undefined },
    bearers: bearersOf([{ name: 'default', token: secret(token) }]),
  },
)
announce(
  {
    ...{ url: server.url, pid: process.pid, token },
    paths: Array.from({ length: Number(values.connections) }, (_, index) => `/v1/connections/c${index}/access-token`),
  } satisfies PostTarget,
  async () => {
    await server.close()
    await keeper.close()
  },
)
