/** Ours as it is released: `sallyport gateway`, two local egresses, authentication, destination rules, metering into SQLite, a record a tunnel. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rootFolder } from '../run/places.ts'
import { account, destinations, type Proxy, type Setting } from './proxy.ts'

const main = join(rootFolder, 'src', 'cli', 'main.ts')
const compileCache = pathToFileURL(join(rootFolder, 'tools', 'compile-cache.mjs')).href // as `npm run sallyport` has it

export const sallyport: Proxy = {
  what: 'sallyport gateway, two local egresses, Basic authentication, destination rules, metering in SQLite, one log record a tunnel',
  missing: () =>
    existsSync(join(rootFolder, 'src', 'cli', 'commands', 'gateway.ts'))
      ? undefined
      : 'this checkout has no gateway command',
  version: () => 'this commit',
  command(setting) {
    const file = join(setting.folder, 'sallyport.yaml')
    writeFileSync(file, configuration(setting))
    return { program: process.execPath, args: ['--import', compileCache, main, 'gateway', '--config', file] }
  },
}

/** JSON, which YAML contains. No plan limits the client, so that a flood is not cut; its use is metered all the same. */
function configuration({ folder, port, origin, from: [a = '127.0.0.11', b = '127.0.0.12'] }: Setting): string {
  return JSON.stringify({
    storage: `sqlite:${folder}`,
    gateway: {
      listen: `127.0.0.1:${port}`,
      admin: { listen: '127.0.0.1:0' },
      egress: [
        { name: 'a', address: a },
        { name: 'b', address: b },
      ],
      healthCheck: { target: `127.0.0.1:${origin.echo}` },
      allow: destinations(origin),
      clients: [{ name: 'bench', username: account.user, password: account.password, connections: 20_000 }],
    },
  })
}
