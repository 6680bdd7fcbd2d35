/** Squid, which caches nothing and lets everybody in. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from './peer.ts'
import { findProgram, nobody, startProgram } from './program.ts'

const path = findProgram('squid')
export const squid: Peer = {
  name: 'squid',
  missing: path === undefined ? 'squid is not installed. Try: apt-get install squid' : undefined,
  async start(t, credentials) {
    const started = await startProgram(t, {
      path: path ?? 'squid',
      args: (file) => ['-N', '-f', file],
      configuration(port, folder) {
        if (credentials === undefined) return configuration(port, ['http_access allow all'])
        const file = join(folder, 'judge') // asked a line at a time, which is percent-encoded: the credentials are plain
        writeFileSync(file, `while read -r line; do ${judge(credentials)}; done\n`)
        return configuration(port, [
          `auth_param basic program /bin/sh ${file}`,
          'auth_param basic children 1 startup=1',
          ...['acl known proxy_auth REQUIRED', 'http_access allow known', 'http_access deny all'],
        ])
      },
    })
    return { ...started, credentials }
  },
}

const judge = ({ user, password }: { readonly user: string; readonly password: string }): string =>
  `[ "$line" = "${user} ${password}" ] && echo OK || echo ERR`

/** Its connect deadline is a minute unless it is told another one. */
const configuration = (port: number, access: readonly string[]): string =>
  [
    `http_port 127.0.0.1:${port}`,
    ...(nobody() === undefined ? [] : [`cache_effective_user ${nobody()}`]),
    ...['visible_hostname peer', 'pid_filename none', 'cache deny all', 'access_log none', 'cache_log /dev/stderr'],
    ...['coredump_dir none', 'connect_timeout 1 seconds', 'shutdown_lifetime 0 seconds'],
    ...access,
    '',
  ].join('\n')
