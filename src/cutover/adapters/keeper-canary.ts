/** Real redemptions of a canary, by the keeper: it stores what comes before anybody sees it, so that a proof costs nobody a connection (SF-286, L-95). */
import { formatAddress, parseAddress } from '../../ip/address.ts'
import type { CanaryPort } from '../ports.ts'
import type { AddressText } from '../rules/plan.ts'
import { plainWords } from './foreign-words.ts'
import { listIn, textIn, type JsonAnswer, type JsonApi } from './json-api.ts'

export type KeeperCanaryParts = {
  readonly api: JsonApi
  /** Tried in their order: the next where one is spent. One that brought no verdict stands back behind the others from then on: its token may be in
   *  doubt for hours (P-22), and is no proof meanwhile. */
  readonly connections: readonly string[]
  readonly egressOf: (address: AddressText) => Promise<string | undefined>
}

const longest = 1000

type Tried = Awaited<ReturnType<CanaryPort['redeem']>>

export function keeperCanary({ api, connections, egressOf }: KeeperCanaryParts): CanaryPort {
  let order = [...connections]
  return {
    async redeem(address) {
      const egress = await egressOf(address)
      if (egress === undefined) return { result: 'unclear', evidence: `no egress leaves from ${address}` }
      let last: Tried = { result: 'spent', evidence: 'no canary is named' }
      for (const connection of order) {
        last = await verify(api, { connection, egress, address })
        if (last.result === 'unclear') order = [...order.filter((each) => each !== connection), connection]
        if (last.result !== 'spent') return last
      }
      return last
    },
  }
}

/** Only the allowlist's own words are its refusal (L-96); everything else that is no success is no verdict. */
async function verify(
  api: JsonApi,
  {
    connection,
    egress,
    address,
  }: { readonly connection: string; readonly egress: string; readonly address: AddressText },
): Promise<Tried> {
  const answer = await api.ask('POST', `/connections/${encodeURIComponent(connection)}/verify`, { body: { egress } })
  const evidence = plainWords(
    `${connection} by ${egress}: ${answer.status} ${textIn(answer.body, 'code') ?? ''} ${textIn(answer.body, 'detail') ?? ''}`,
    longest,
  )
  if (answer.status === 200) {
    const left = textIn(answer.body, 'egress')
    return left !== undefined && isSame(left, address)
      ? { result: 'success', evidence: `${connection} redeemed from ${address}` }
      : {
          result: 'unclear',
          evidence: `${connection} redeemed from ${plainWords(left ?? 'an address that nobody knows', 80)}, not from ${address}`,
        }
  }
  const result = failureOf(answer)
  return { result, evidence, refusals: result === 'refused' ? 1 : 0 }
}

function failureOf({ body }: JsonAnswer): 'refused' | 'spent' | 'unclear' {
  const code = textIn(body, 'code') ?? ''
  if (code === 'IP_REFUSED' && isByAllowlist(body)) return 'refused'
  return spent.has(code) ? 'spent' : 'unclear'
}

/** The keeper says the same code of a profile's ranges and login hours, which are no verdict of the list (SF-51, SF-52, L-96). */
const isByAllowlist = (body: JsonAnswer['body']): boolean =>
  listIn(body, 'explanations').some((each) => textIn(each, 'cause') === 'blocked-address')

/** One by whatever address the keeper's proxy leaves from: who wants to know by which one asks the org. */
export async function verifyCanary(api: JsonApi, connection: string): Promise<Tried> {
  const answer = await api.ask('POST', `/connections/${encodeURIComponent(connection)}/verify`, { body: {} })
  if (answer.status === 200) return { result: 'success', evidence: `${connection} redeemed` }
  const result = failureOf(answer)
  const detail = result === 'refused' ? '' : ` ${textIn(answer.body, 'detail') ?? ''}` // that a list has refused is said by its code
  const evidence = plainWords(`${connection}: ${answer.status} ${textIn(answer.body, 'code') ?? ''}${detail}`, longest)
  return { result, evidence }
}

const spent = new Set(['REAUTHORIZATION_REQUIRED', 'UNKNOWN_CONNECTION', 'UNKNOWN_APP', 'HANDED_OVER', 'REFUSED'])

function isSame(text: string, address: AddressText): boolean {
  const parsed = parseAddress(text)
  return parsed.ok && formatAddress(parsed.value) === address
}
