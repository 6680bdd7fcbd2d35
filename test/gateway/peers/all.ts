/** The proxies of others that the probe is run against. */
import type { Peer } from './peer.ts'
import { proxyChain } from './proxy-chain.ts'
import { squid } from './squid.ts'
import { tinyproxy } from './tinyproxy.ts'

export const peers: readonly Peer[] = [squid, tinyproxy, proxyChain]
