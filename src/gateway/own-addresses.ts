/** Where the gateway itself can be reached: its ports, on every address of its machine and on those that the far side sees. */
import { networkInterfaces } from 'node:os'
import { parseAddress, type Address } from '../ip/address.ts'
import { seconds } from '../values/time.ts'
import type { EgressView } from './egress/pool.ts'
import { compileOwnListeners, type OwnListeners } from './rules/destination/own-listeners.ts'

/** Interfaces come and go, though seldom. */
const keptFor = seconds(30)

/** Asked for every tunnel; looks at the machine twice a minute, and again as soon as the ports are others. */
export function openOwnAddresses(parts: {
  readonly monotonic: () => number
  readonly ports: () => readonly number[]
  readonly views: () => readonly Pick<EgressView, 'public'>[]
}): () => OwnListeners {
  let known: { readonly own: OwnListeners; readonly ports: readonly number[]; readonly until: number } | undefined
  return () => {
    const now = parts.monotonic()
    const ports = parts.ports()
    if (known?.ports === ports && now < known.until) return known.own
    const seen = parts.views().map((view) => view.public)
    const own = compileOwnListeners({ ports, machine: [...ofMachine(), ...seen].flatMap(addressesIn) })
    known = { own, ports, until: now + keptFor }
    return own
  }
}

const ofMachine = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? [])

/** The zone of a link-local address is cut off: the address is the machine's in whichever zone. */
function addressesIn(text: string | undefined): readonly Address[] {
  const [bare = ''] = text?.split('%') ?? []
  const address = parseAddress(bare)
  return address.ok ? [address.value] : []
}
