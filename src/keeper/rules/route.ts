/** Which way calls to Salesforce take. */
import type { Secret } from '../../values/secret.ts'

/** Direct only where somebody has said so: what leaves directly is blocked, or leaves from an address that nobody knows (L-70). `url` is the URL of a
 *  proxy, with its credentials. */
export type Route = { readonly kind: 'proxy'; readonly url: Secret } | { readonly kind: 'direct' }
