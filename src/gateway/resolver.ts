/** From a name to its addresses: this machine's own names, an answer that is seconds old, or the name servers, within a deadline. */
import { fault } from '../values/result.ts'
import { seconds, type Duration } from '../values/time.ts'
import { openMachineNames, type MachineNames } from './machine-names.ts'
import { openNameCache } from './name-cache.ts'
import { openNameServers, type NameServers } from './name-servers.ts'
import type { NameAnswer, NameFault } from './rules/destination/name-answer.ts'

/** One answer is used for the check and for the dial (L-77): that a name is remembered for a few seconds opens nothing to a name that rebinds,
 *  since nobody asks between the two. */
export type Resolver = {
  /** At once where the answer is known. Of many who ask for one name at a time, one question is sent. */
  readonly resolve: (name: string) => NameAnswer | Promise<NameAnswer>
  readonly close: () => void
}

export type ResolverOptions = {
  readonly monotonic: () => number
  /** For one name, the wait for its turn included; 5 s if not said. */
  readonly deadline?: () => Duration
  /** `HOST:PORT` of name servers; those of the machine if not said. */
  readonly servers?: readonly string[]
  /** In the place of `/etc/hosts`. */
  readonly hostsFile?: string
  /** Questions to the name servers at one time; more wait. */
  readonly atOnce?: number
}

export function openResolver(options: ResolverOptions): Resolver {
  const servers = openNameServers(options)
  const machine = openMachineNames({ ...options, serversChanged: servers.reload })
  return resolverOver({ ...options, servers, machine })
}

type Inner = Omit<ResolverOptions, 'servers' | 'hostsFile'> & {
  readonly servers: NameServers
  readonly machine: MachineNames
}

/** Apart from `openResolver` for whoever answers for the name servers. */
export function resolverOver({ servers, machine, monotonic, atOnce = 256, deadline = fiveSeconds }: Inner): Resolver {
  const cache = openNameCache({ monotonic, most: 4096 })
  const asking = new Map<
    string,
    { readonly answer: Promise<NameAnswer>; readonly land: (answer: NameAnswer) => void }
  >()
  const waiting = new Map<string, () => void>()
  let running = 0
  let closed = false

  const start = async (name: string, land: (answer: NameAnswer) => void): Promise<void> => {
    waiting.delete(name)
    running += 1
    const asked = await servers.ask(name)
    running -= 1
    cache.put(name, asked)
    land(asked.answer)
    for (const next of waiting.values()) return next()
  }
  const depart = (name: string): Promise<NameAnswer> | NameAnswer => {
    if (closed) return stopping
    if (waiting.size >= longestQueue) return timedOut
    const { promise, resolve } = Promise.withResolvers<NameAnswer>()
    const land = (answer: NameAnswer): void => {
      if (asking.get(name)?.answer !== promise) return // it has landed before, at its deadline
      clearTimeout(timer)
      asking.delete(name)
      waiting.delete(name)
      resolve(answer)
    }
    const timer = setTimeout(() => land(timedOut), deadline())
    asking.set(name, { answer: promise, land })
    if (running < atOnce) void start(name, land)
    else waiting.set(name, () => void start(name, land))
    return promise
  }
  return {
    resolve: (name) => machine.find(name) ?? cache.get(name) ?? asking.get(name)?.answer ?? depart(name),
    close() {
      closed = true
      servers.close()
      for (const { land } of [...asking.values()]) land(stopping)
    },
  }
}

const fiveSeconds = (): Duration => seconds(5)
const longestQueue = 4096
const failed = (what: NameFault): NameAnswer => fault(what)
const timedOut = failed({ kind: 'timed-out' })
const stopping = failed({ kind: 'not-resolved', why: 'the gateway is stopping' })
