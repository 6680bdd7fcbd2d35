/** What is measured side by side. */
import type { Proxy } from './proxy.ts'
import { proxyChain } from './proxy-chain.ts'
import { sallyport } from './sallyport.ts'
import { squid } from './squid.ts'
import { tinyproxy } from './tinyproxy.ts'

export const proxies: Readonly<Record<string, Proxy>> = { sallyport, 'proxy-chain': proxyChain, squid, tinyproxy }
