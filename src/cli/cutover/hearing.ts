/** Tells of what is answered to a run. */
import type { Acted, Asked, CanaryPort, CutoverPorts } from '../../cutover/ports.ts'
import { sentence, stopped } from './words.ts'

/** A topic is told of once; what has none, each time. */
type Say = (topic: string | undefined, text: string) => void

/** The same ports, of whose answers it tells, each thing once. */
export function heardBy(ports: CutoverPorts, line: (text: string) => void): CutoverPorts {
  const said = new Set<string>()
  const say: Say = (topic, text) => {
    if (topic !== undefined && said.has(topic)) return
    if (topic !== undefined) said.add(topic)
    line(text)
  }
  return seeing(hearing(ports, say), line)
}

function hearing(ports: CutoverPorts, say: Say): CutoverPorts {
  const { traffic } = ports
  const heardActs =
    (who: string) =>
    <T extends Acted | Asked>(acted: T) => {
      if (acted.result !== 'done' && acted.result !== 'asked')
        say(undefined, `${who} did not take it (${acted.result}): ${sentence(acted.why ?? 'no reason was given')}`)
      return acted
    }
  return {
    ...ports,
    lists: ports.lists.map(({ allowlist, canary }) => ({
      allowlist: { ...allowlist, save: async (...of) => heardActs('The list')(await allowlist.save(...of)) },
      canary: heardCanary(canary, say),
    })),
    traffic: {
      ...traffic,
      set: async (...of) => heardActs('What traffic leaves by')(await traffic.set(...of)),
      async probe(address) {
        const tried = await traffic.probe(address).catch(unclear)
        const words = { success: 'is live', refused: 'is not live', unclear: 'may be live or not' }[tried.result]
        say(`probe ${address} ${tried.result}`, `${address} ${words}: ${stopped(tried.evidence)}`)
        return tried
      },
    },
  }
}

const heardCanary = (canary: CanaryPort, say: Say): CanaryPort => ({
  ...canary,
  async redeem(address) {
    const tried = await canary.redeem(address).catch(unclear)
    const { result, evidence } = tried
    const words = {
      success: 'A real redemption was admitted',
      refused: `The allowlist refused a real redemption from ${address}`,
      unclear: `A real redemption from ${address} was neither admitted nor refused`,
      spent: `The canary cannot redeem from ${address}`,
    }[result]
    say(result === 'success' ? undefined : `${address} ${result} ${evidence}`, `${words}: ${stopped(evidence)}`)
    return tried
  },
})

/** As the runner takes it. */
const unclear = (cause: unknown): { readonly result: 'unclear'; readonly evidence: string } => ({
  result: 'unclear',
  evidence: cause instanceof Error ? cause.message : String(cause),
})

/** Why nothing can be seen, once for as long as it is the same: it is tried again and again, for a minute and more. */
function seeing(ports: CutoverPorts, line: (text: string) => void): CutoverPorts {
  const blind = new Map<string, string>()
  const looked = async <T>(what: string, look: Promise<T>): Promise<T> => {
    try {
      const seen = await look
      blind.delete(what)
      return seen
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      if (![...blind.values()].includes(why)) line(`Nothing can be seen: ${stopped(why)}`)
      blind.set(what, why)
      throw cause
    }
  }
  const { traffic } = ports
  return {
    ...ports,
    lists: ports.lists.map(({ allowlist, canary }, i) => ({
      canary,
      allowlist: { ...allowlist, read: async (...of) => await looked(`list ${i}`, allowlist.read(...of)) },
    })),
    traffic: { ...traffic, read: async (...of) => await looked('traffic', traffic.read(...of)) },
  }
}
