/** proxy-chain, on the same Node as ours. */
import { join } from 'node:path'
import { versionOf } from '../run/conditions.ts'
import { benchFolder } from '../run/places.ts'
import { account, destinations, type Proxy } from './proxy.ts'

export const proxyChain: Proxy = {
  what: 'proxy-chain, Basic authentication and a list of destinations in its prepareRequestFunction, no log',
  missing: () => undefined, // it is a dependency of the bench
  version: () => versionOf(benchFolder, 'proxy-chain'),
  command: ({ port, origin, from }) => ({
    program: process.execPath,
    args: [
      join(benchFolder, 'subjects', 'proxy-chain.ts'),
      ...['--port', String(port), '--user', account.user, '--password', account.password],
      ...destinations(origin).flatMap((each) => ['--allow', each]),
      ...from.flatMap((each) => ['--from', each]),
    ],
  }),
}
