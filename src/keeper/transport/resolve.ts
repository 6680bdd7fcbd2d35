/** What a name leads to: asked once, judged, and what was judged is dialled, so that a second answer can change nothing (P-28). */
import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { formatAddress, parseAddress, type Address } from '../../ip/address.ts'
import { fault, ok, type Result } from '../../values/result.ts'

/** All addresses of a name, as texts. */
export type Resolve = (name: string) => Promise<readonly string[]>

export const resolveBySystem: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address)

/** Those that may be dialled. The fault is a sentence without its full stop. */
export type Judge = (addresses: readonly Address[]) => Result<readonly Address[], string>

export type Judged = { readonly resolve: Resolve; readonly judge: Judge }

/** What was resolved may not be dialled. */
export class NotPermitted extends Error {}

export function judgeTexts(judge: Judge, name: string, texts: readonly string[]): Result<readonly Address[], string> {
  const addresses = texts.map(parseAddress).flatMap((each) => (each.ok ? [each.value] : []))
  if (addresses.length < texts.length) return fault(`${name} has an address that cannot be judged`)
  return judge(addresses)
}

/** For a socket, in the place of the system's own. */
export function lookupJudged({ resolve, judge }: Judged): LookupFunction {
  return (name, options: LookupOptions, done) => {
    void permitted(name, { resolve, judge }).then((answer) => {
      // a socket wants to be called back
      // oxlint-disable promise/no-callback-in-promise
      if (!answer.ok) return done(answer.fault, '')
      const [first] = answer.value
      return options.all === true ? done(null, [...answer.value]) : done(null, first?.address ?? '', first?.family ?? 0)
      // oxlint-enable promise/no-callback-in-promise
    })
  }
}

async function permitted(
  name: string,
  { resolve, judge }: Judged,
): Promise<Result<readonly LookupAddress[], NodeJS.ErrnoException>> {
  try {
    const judged = judgeTexts(judge, name, await resolve(name))
    return judged.ok ? ok(judged.value.map(entryOf)) : fault(new NotPermitted(judged.fault))
  } catch (cause) {
    return fault(cause instanceof Error ? cause : new Error(String(cause)))
  }
}

const entryOf = (address: Address): LookupAddress => ({
  address: formatAddress(address),
  family: typeof address === 'bigint' ? 6 : 4,
})
