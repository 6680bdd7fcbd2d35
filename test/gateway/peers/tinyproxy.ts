/** tinyproxy, which lets everybody in. */
import type { Peer } from './peer.ts'
import { findProgram, nobody, startProgram } from './program.ts'

const path = findProgram('tinyproxy')

export const tinyproxy: Peer = {
  name: 'tinyproxy',
  missing: path === undefined ? 'tinyproxy is not installed. Try: apt-get install tinyproxy' : undefined,
  async start(t, credentials) {
    const started = await startProgram(t, {
      path: path ?? 'tinyproxy',
      args: (file) => ['-d', '-c', file],
      configuration: (port) =>
        [
          ...[`Port ${port}`, 'Listen 127.0.0.1', 'LogLevel Critical', 'MaxClients 100'],
          ...(nobody() === undefined ? [] : [`User ${nobody()}`]),
          ...(credentials === undefined ? [] : [`BasicAuth ${credentials.user} ${credentials.password}`]),
          '',
        ].join('\n'),
    })
    return { ...started, credentials }
  },
}
