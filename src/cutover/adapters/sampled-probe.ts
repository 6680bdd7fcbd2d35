/** Whether the addresses of a proxy that cannot pin are live, by an echo that is called through it (SF-281, SF-288). */
import { formatAddress } from '../../ip/address.ts'
import { addressIn } from '../../ip/address-in-text.ts'
import type { AddressText } from '../rules/plan.ts'
import { judgeSample, sampledResult, sampleWords, type EchoAnswer } from '../rules/sampling.ts'
import type { TryResult } from '../rules/verdict.ts'
import { getThrough } from './proxy-call.ts'
import type { ProxyAddress } from './proxy-url.ts'

export type SampledSide = {
  readonly proxy: ProxyAddress
  readonly echo: URL
  /** All that the proxy may leave from. */
  readonly addresses: readonly AddressText[]
}

const patience = 5000 // ms a call

/** One sample, whose calls come one after the other; five dead ones in a row end it, after half a minute at most. */
export async function probeBySample(
  side: SampledSide,
  address: AddressText,
): Promise<{ readonly result: TryResult; readonly evidence: string }> {
  const answers: EchoAnswer[] = []
  let why = ''
  let dead = 0
  while (judgeSample(side.addresses, answers).kind === 'again' && dead < mostDead) {
    const { answer, says } = await ask(side)
    answers.push(answer)
    why = says === '' ? why : ` (${says})`
    dead = answer === 'none' ? dead + 1 : 0
  }
  const sampled = judgeSample(side.addresses, answers)
  const foreign = sampled.kind === 'foreign' ? `; ${sampled.address} is not in the plan` : ''
  return {
    result: sampledResult(sampled, address),
    evidence: `${side.echo.host} through ${side.proxy.shown}, ${sampleWords(answers)}${foreign}${why}`,
  }
}

/** In a row. */
const mostDead = 5

async function ask({ proxy, echo }: SampledSide): Promise<{ readonly answer: EchoAnswer; readonly says: string }> {
  try {
    const body = await getThrough({ proxy, url: echo, withinMs: patience })
    const address = addressIn(body)
    if (address === undefined) return { answer: 'none', says: 'there is no address in the answer of the echo' }
    return { answer: formatAddress(address), says: '' }
  } catch (cause) {
    return { answer: 'none', says: cause instanceof Error ? cause.message : String(cause) }
  }
}
