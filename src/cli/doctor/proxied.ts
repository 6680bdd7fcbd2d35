/** Whether what is started in this environment goes through the gateway or directly: the address at the far side tells (L-71). */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Loaded } from '../../config/load.ts'
import { isExempt, proxyVariables, type ProxyVariable } from '../../config/proxy-variables.ts'
import { listenAddress } from '../../documents/formats.ts'
import { seenThrough } from '../gateway/echo.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'

const ofVariables = 'proxy variables'

export async function checkProxied({ configuration: { gateway } }: Loaded): Promise<Finding[]> {
  const { set, exempt, nodeHeedsThem } = proxyVariables()
  if (set.length === 0) return gateway.egress.length === 0 ? [] : [await directOnly(gateway.listen)]
  const host = listenAddress(gateway.healthCheck.target)?.host ?? ''
  const found = await Promise.all(set.map((each) => checkProxy(ofVariables, each)))
  return [
    ...found,
    ...(isExempt(host, exempt)
      ? [doubt(ofVariables, `NO_PROXY exempts ${host}: calls to it leave directly`, 'unset NO_PROXY no_proxy')]
      : []),
    ...(nodeHeedsThem || !set.some(({ name }) => /_proxy$/i.test(name)) ? [] : [nodeAside]),
  ]
}

/** L-70 */
const nodeAside = fine(
  ofVariables,
  "Node's own fetch and http heed them only where NODE_USE_ENV_PROXY=1 is set, and it is not",
)

/** `name` of the variable, or of the setting. */
export async function checkProxy(check: string, { name, url }: ProxyVariable): Promise<Finding> {
  const seen = await seenThrough(url)
  const direct = await directAddress()
  switch (seen.kind) {
    case 'seen':
      return fine(check, `through ${name} the far side sees ${seen.address}; directly it would see ${direct}`)
    case 'no URL of a proxy':
      return failure(check, `${name} is no URL of a proxy`, `export ${name}=http://USER:PASSWORD@127.0.0.1:9293`)
    case 'not asked':
      return fine(check, `${name} is set; a ${seen.scheme} proxy is not asked for the address`)
    case 'refused':
      return failure(
        check,
        `the proxy of ${name} answered ${seen.status}${seen.says === '' ? '' : `: ${seen.says}`}`,
        ...nextOf(seen.status),
      )
    case 'unreachable':
      return failure(check, `the proxy of ${name}, ${seen.place}, does not answer (${seen.code})`, 'sallyport gateway')
  }
}

const nextOf = (status: number): string[] =>
  status === 407
    ? ['Compare user and password with gateway.clients; percent-encode signs that a URL reserves.']
    : ['Only a Sallyport gateway knows http://ip.sallyport/: is another proxy set here?']

async function directOnly(listen: string): Promise<Finding> {
  return doubt(
    ofVariables,
    `none is set here: what is started in this environment calls directly, from ${await directAddress()}`,
    `Where the application runs: export HTTPS_PROXY=http://USER:PASSWORD@${listen}`,
    'sallyport doctor',
  )
}

/** From where the default route leaves; nothing is sent. A router in between may show the world another address. */
async function directAddress(): Promise<string> {
  const socket = createSocket('udp4')
  try {
    const connected = once(socket, 'connect')
    socket.connect(443, '198.51.100.1') // RFC 5737: nobody's
    await connected
    return socket.address().address
  } catch {
    return 'nowhere, for there is no route'
  } finally {
    socket.close()
  }
}
