/** Of what faults are made: what strikes at which moment of a cutover. */
import type { TestContext } from 'node:test'
import { changeList, egresses } from './by-hand.ts'
import { cut, isPoolChange, isSave, type Bend, type Front, type Passing } from './front.ts'
import { post, put, type Place } from './place.ts'
import type { Started } from './runner.ts'

export type Scene = {
  readonly t: TestContext
  readonly place: Place
  /** Before the admin APIs of org and gateway, for the runner alone. */
  readonly org: Front
  readonly gateway: Front
  /** A further runner of the same file. */
  readonly startAnother: () => Started
  readonly killFirst: () => Promise<void>
  readonly endLease: () => void
  /** The file names others from now on, whose tokens are good. */
  readonly freshCanaries: () => Promise<void>
  /** Goes on beside the cutover, and is over before the next one begins. */
  readonly meanwhile: (work: Promise<unknown>) => void
}

type Order = { readonly kind: string; readonly times?: number; readonly for?: string }
export const orderFault = (place: Place, order: Order): Promise<unknown> => post(place.testing, '/faults', order)

/** The nth save of the list waits until it is done. */
export function beforeSave({ org }: Scene, nth: number, work: () => unknown): void {
  let seen = 0
  org.bend(async (passing) => {
    if (isSave(passing)) seen += 1
    if (isSave(passing) && seen === nth) await work()
    return undefined
  })
}

export const afterSave = ({ org }: Scene, nth: number, work: () => unknown): void => org.bend(after(isSave, nth, work))
/** The first look at the list after the first save is answered. */
export function afterLook({ org }: Scene, work: () => unknown): void {
  let [isSaved, isOver] = [false, false]
  org.bend(async (passing) => {
    isSaved ||= isSave(passing)
    if (isOver || !isSaved || passing.method !== 'GET' || !passing.path.endsWith('-allowlist')) return undefined
    isOver = true
    const reply = await passing.passOn()
    await work()
    return reply
  })
}

/** The first declares the new addresses, the second moves the traffic. */
export const afterPoolChange = ({ gateway }: Scene, nth: number, work: () => unknown): void =>
  gateway.bend(after(isPoolChange, nth, work))

/** Its answer is handed on when it is done. */
function after(is: (passing: Passing) => boolean, nth: number, work: () => unknown): Bend {
  let seen = 0
  return async (passing) => {
    if (!is(passing)) return undefined
    seen += 1
    const reply = await passing.passOn()
    if (seen === nth) await work()
    return reply
  }
}

export function answerLost(is: (passing: Passing) => boolean, nth = 1): Bend {
  let seen = 0
  return async (passing) => {
    if (!is(passing)) return undefined
    seen += 1
    const reply = await passing.passOn()
    return seen === nth ? { ...reply, status: cut } : reply
  }
}

/** From the first request that it is, with whatever follows it. */
export function unavailable(is: (passing: Passing) => boolean, times: number): Bend {
  let left = times
  let begun = false
  return async (passing) => {
    begun ||= is(passing)
    if (!begun || left <= 0) return undefined
    left -= 1
    return { status: 503, body: '{"title":"Service Unavailable"}' }
  }
}

export function repeatsToken(times: number): Bend {
  let left = times
  return async (passing) => {
    if (!isSave(passing) || left <= 0) return undefined
    left -= 1
    return { status: 500, body: JSON.stringify({ detail: `no handler for ${passing.authorization}` }) }
  }
}

export function without({ body }: Passing, address: string): string {
  const { ranges, ...rest } = JSON.parse(body) as { ranges: readonly { startIpAddress: string }[] }
  return JSON.stringify({ ...rest, ranges: ranges.filter(({ startIpAddress }) => startIpAddress !== address) })
}

export async function takenOut(place: Place, address: string): Promise<void> {
  await orderFault(place, { kind: 'slow-propagation', for: 'PT4S' })
  await changeList(place, { remove: [address] })
}

export const removeEgress = async (place: Place, address: string): Promise<unknown> =>
  await put(place.gateway, '/egress', { remove: [await nameOf(place, address)] })
export const resumeEgress = async (place: Place, address: string): Promise<unknown> =>
  await put(place.gateway, '/egress', { resume: [await nameOf(place, address)] })

const nameOf = async (place: Place, address: string): Promise<string> =>
  (await egresses(place)).find((each) => each.address === address)?.name ?? ''

/** The first runner is killed, and another begins as if a minute had passed. */
export async function followKilled({ killFirst, endLease, startAnother }: Scene): Promise<void> {
  await killFirst()
  endLease()
  startAnother()
}
