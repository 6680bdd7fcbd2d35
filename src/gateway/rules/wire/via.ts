/** `Via` (RFC 9110 section 7.6.3): which proxies a request has come through, and whether it goes round. */
import { fault, ok, type Result } from '../../../values/result.ts'
import { refusal, type Refusal } from '../refusal.ts'

/** A chain of proxies has two or three; what comes through so many goes round among gateways that cannot know each other again. */
const mostHops = 16

/** What the next proxy is to be told of those before this gateway: `1.1 name, 1.0 other`, without comments; undefined where there were none.
 *  `values` are those of the request's `Via` fields in their order. */
export function judgeVia(values: readonly string[], pseudonym: string): Result<string | undefined, Refusal> {
  if (values.length === 0) return none
  const hops = values.flatMap(hopsIn)
  if (hops.some((hop) => hop.endsWith(` ${pseudonym}`))) return fault(refusal('LOOP'))
  if (hops.length >= mostHops) return fault(refusal('TOO_MANY_HOPS', { hops: hops.length, limit: mostHops }))
  return hops.length === 0 ? none : ok(hops.join(', '))
}

const none = ok(undefined)

/** Of one that is none, a question mark: it counts all the same. */
function hopsIn(value: string): readonly string[] {
  return value
    .replaceAll(/\([^()]*\)/g, ' ')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => /^[!-~]+[ \t]+[!-~]+/.exec(each)?.[0].replace(/[ \t]+/, ' ') ?? '1.1 ?')
}
