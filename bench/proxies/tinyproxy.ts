/** tinyproxy: a process with a thread for each connection. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingProgram, nobody, requireProgram, versionOfProgram } from './installed.ts'
import { account, type Proxy, type Setting } from './proxy.ts'

export const tinyproxy: Proxy = {
  what: 'tinyproxy, Basic authentication, a list of CONNECT ports and a filter of hosts, nothing but critical events in its log',
  missing: () => missingProgram('tinyproxy'),
  version: () => versionOfProgram('tinyproxy'),
  command(setting) {
    const file = join(setting.folder, 'tinyproxy.conf')
    const hosts = join(setting.folder, 'hosts')
    writeFileSync(hosts, '^127\\.0\\.0\\.1$\n')
    writeFileSync(file, configuration(setting, hosts))
    chmodSync(setting.folder, 0o755)
    return { program: requireProgram('tinyproxy'), args: ['-d', '-c', file] }
  },
}

function configuration({ port, origin }: Setting, hosts: string): string {
  const user = nobody()
  return `
Port ${port}
Listen 127.0.0.1
${user === undefined ? '' : `User ${user}`}
Timeout 600
LogLevel Critical
MaxClients 20000
Allow 127.0.0.1
BasicAuth ${account.user} ${account.password}
Filter "${hosts}"
FilterDefaultDeny Yes
${[origin.echo, origin.web, origin.webInTwo, origin.flood].map((each) => `ConnectPort ${each}`).join('\n')}
`
}
