/** What HTTP/1.1 needs of the gateway. */
import type { GatewayParts } from '../../parts.ts'

export type Http1Parts = Pick<
  GatewayParts,
  | 'clock'
  | 'wheel'
  | 'pseudonym'
  | 'deadlines'
  | 'log'
  | 'clients'
  | 'open'
  | 'ended'
  | 'mayReuse'
  | 'refused'
  | 'draining'
> & { readonly reach: Pick<GatewayParts['reach'], 'asksFor'> }
