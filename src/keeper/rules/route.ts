/** Which way calls to Salesforce take. There is no way that nobody has chosen: what leaves directly is blocked, or leaves from an address that nobody
 *  knows (L-70). */
import { fault, ok, type Result } from '../../values/result.ts'
import type { Secret } from '../../values/secret.ts'

/** `url` is the URL of a proxy, with its credentials. */
export type Route = { readonly kind: 'proxy'; readonly url: Secret } | { readonly kind: 'direct' }

/** The fault is a sentence and says what to do. An empty URL is none: it is what an unset variable leaves behind. */
export function decideRoute(said: {
  readonly proxy: Secret | undefined
  readonly direct: boolean
}): Result<Route, string> {
  const url = said.proxy?.expose().trim() === '' ? undefined : said.proxy
  if (url !== undefined && said.direct)
    return fault('Both a proxy and a direct way are asked for; leave one of them out.')
  if (url !== undefined) return ok({ kind: 'proxy', url })
  if (said.direct) return ok({ kind: 'direct' })
  return fault('There is no proxy to send through; name one, or say in words that calls to Salesforce leave directly.')
}
