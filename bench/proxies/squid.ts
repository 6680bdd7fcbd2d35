/** Squid in one process, as a forward proxy without a cache. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingProgram, nobody, requireProgram, versionOfProgram } from './installed.ts'
import { account, type Proxy, type Setting } from './proxy.ts'

const helpers = [
  '/usr/lib/squid/basic_ncsa_auth',
  '/usr/lib64/squid/basic_ncsa_auth',
  '/usr/libexec/squid/basic_ncsa_auth',
]
const helper = helpers.find((path) => existsSync(path))

export const squid: Proxy = {
  what: 'Squid, one process, no cache, Basic authentication by basic_ncsa_auth, ACLs of address and port, no access log',
  missing: () =>
    missingProgram('squid') ?? (helper === undefined ? `squid is here without ${helpers.join(' or ')}` : undefined),
  version: () => versionOfProgram('squid'),
  command(setting) {
    const file = join(setting.folder, 'squid.conf')
    const passwords = join(setting.folder, 'passwords')
    writeFileSync(passwords, `${account.user}:${hashed(account.password)}\n`)
    writeFileSync(file, configuration(setting, passwords))
    chmodSync(setting.folder, 0o755) // it reads its helper's file when it is root no more
    return { program: requireProgram('squid'), args: ['-N', '-f', file] }
  },
}

function hashed(password: string): string {
  const { stdout, status } = spawnSync('openssl', ['passwd', '-apr1', password], { encoding: 'utf8' })
  if (status !== 0) throw new Error('openssl passwd failed, which makes the password file of Squid')
  return stdout.trim()
}

function configuration({ port, origin, from }: Setting, passwords: string): string {
  const user = nobody()
  return `
http_port 127.0.0.1:${port}
${user === undefined ? '' : `cache_effective_user ${user}`}
visible_hostname bench
pid_filename none
cache deny all
cache_mem 0 MB
access_log none
cache_log /dev/stderr
cache_store_log none
coredump_dir none
max_filedescriptors 20000
shutdown_lifetime 0 seconds
auth_param basic program ${helper} ${passwords}
auth_param basic children 2 startup=1 idle=1
auth_param basic realm bench
auth_param basic credentialsttl 2 hours
acl known proxy_auth REQUIRED
acl origin dst 127.0.0.1
acl ports port ${[origin.echo, origin.web, origin.webInTwo, origin.flood].join(' ')}
http_access deny !ports
http_access deny !origin
http_access allow known
http_access deny all
${inTurn(from)}
`
}

/** By lot, which is as near as it comes. */
function inTurn(from: Setting['from']): string {
  const [first, second] = from
  if (first === undefined || second === undefined) return ''
  return `acl half random 0.5\ntcp_outgoing_address ${first} half\ntcp_outgoing_address ${second}`
}
