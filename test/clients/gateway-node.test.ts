/** What Node programs send through a proxy with, each by one variable: the platform's own ways, undici, https-proxy-agent, axios, got. */
import { before, describe, test } from 'node:test'
import { scopeOfSuite } from '../gateway/kit.ts'
import { judgeClient, openScene, runProgram, schemes, type Scene } from './through-gateway.ts'

const child = new URL('child-node-client.ts', import.meta.url).pathname

/** The kinds of tunnel that each may make for an http:// URL; https:// always goes by CONNECT. */
const clients: Readonly<Record<string, readonly string[]>> = {
  'undici ProxyAgent': ['connect', 'forward'],
  'undici EnvHttpProxyAgent': ['connect', 'forward'],
  'fetch of Node': ['connect', 'forward'],
  'http.request of Node': ['forward'],
  'node-fetch with https-proxy-agent': ['connect'],
  'axios, proxy option': ['forward'],
  'axios, proxy variable': ['forward'],
  'axios with https-proxy-agent': ['connect'],
  'got with hpagent': ['connect', 'forward'],
  'got with https-proxy-agent': ['connect'],
}
/** Those that can speak TLS to the proxy. */
const overTls = ['undici ProxyAgent', 'node-fetch with https-proxy-agent', 'got with hpagent']

const args = (name: string): string[] => [child, name]
/** Node's own ways heed the variables once they are told to. */
const env = (name: string) => ({
  NODE_NO_WARNINGS: '1',
  ...(name.endsWith('of Node') ? { NODE_USE_ENV_PROXY: '1' } : {}),
})
const program = process.execPath

describe('a Node program redeems a refresh token through the gateway, and is refused without it', () => {
  let scene: Scene
  const scope = scopeOfSuite()
  before(async () => void (scene = await openScene(scope)))

  for (const [name, kinds] of Object.entries(clients))
    for (const scheme of schemes)
      test(`L-69: ${name}, ${scheme}`, (t) =>
        judgeClient(t, scene, {
          ...{ scheme, kinds: scheme === 'https' ? ['connect'] : kinds },
          run: (errand) => runProgram({ program, args: args(name), env: env(name) }, errand),
        }))
})

describe('a Node program that speaks TLS to the gateway', () => {
  let scene: Scene
  const scope = scopeOfSuite()
  before(async () => void (scene = await openScene(scope, { tls: true })))

  for (const name of overTls)
    test(`${name} redeems through it, and is refused without it`, (t) =>
      judgeClient(t, scene, {
        ...{ scheme: 'https', kinds: ['connect'] },
        run: (errand) => runProgram({ program, args: args(name), env: env(name) }, errand),
      }))
})
