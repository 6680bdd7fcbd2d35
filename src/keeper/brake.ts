/** A caller that takes every 401 for the end of its access token would have one exchange for each, where the org refuses something else. */
import { after, hours, milliseconds, minutes, seconds, type Duration, type Instant } from '../values/time.ts'
import type { ConnectionKey } from './connection-key.ts'
import { KeeperError } from './keeper-error.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import type { AccessSeen } from './refresh/refresh.ts'
import { restAfter } from './rules/back-off.ts'

export type Brake = {
  /** An access token that came in the place of a refused one, and is refused in its turn, is not exchanged before, unless the org says that it is over;
   *  undefined where it may be. */
  readonly until: (name: string, access: AccessSeen | null) => Instant | undefined
  /** Such a one, refused so soon that its age has hardly to do with it: nothing is learned from that. */
  readonly isAgain: (name: string, access: AccessSeen | null) => boolean
  /** Of several who tell the same, the first one counts. */
  readonly came: (
    name: string,
    what: { readonly refused: AccessSeen | null; readonly instead: AccessSeen | null },
  ) => void
}

type Known = { readonly access: string; readonly bornAt: number; readonly times: number }

/** Twice as long each time, from fifteen seconds on: a token that did die so soon is missed no longer than that. */
const rest = { first: seconds(15), most: hours(1) }
const restOf = ({ times }: Known): Duration => restAfter(times, 0, rest)
const most = 10_000 // connections

/** Of this process alone: of several, each may exchange as often. */
export function openBrake({ clock, monotonic }: Pick<ExchangeParts, 'clock' | 'monotonic'>): Brake {
  const known = new Map<string, Known>()
  const again = (name: string, access: AccessSeen | null): Known | undefined => {
    const found = known.get(name)
    if (found?.access !== wordOf(access)) return undefined
    // one that has served for longer than that was good
    return monotonic() - found.bornAt < restOf(found) * 2 + minutes(1) ? found : undefined
  }
  return {
    isAgain: (name, access) => again(name, access) !== undefined,
    until(name, access) {
      const found = known.get(name)
      if (found === undefined || found.access !== wordOf(access)) return undefined
      const left = found.bornAt + restOf(found) - monotonic()
      return left > 0 ? after(clock(), milliseconds(left)) : undefined
    },
    came(name, { refused, instead }) {
      if (known.get(name)?.access === wordOf(instead)) return
      const times = (again(name, refused)?.times ?? 0) + 1
      known.delete(name)
      const [oldest] = known.size >= most ? known.keys() : []
      if (oldest !== undefined) known.delete(oldest)
      known.set(name, { access: wordOf(instead), bornAt: monotonic(), times })
    },
  }
}

const wordOf = (access: AccessSeen | null): string => (access === null ? '' : `${access.generation} ${access.attempt}`)

/** Its `retryAt` says when the token will be exchanged once more. */
export class RefusedAgain extends KeeperError {
  constructor({ id }: ConnectionKey, until: Instant) {
    super(
      'NOT_SENT',
      `The access token of ${id} is fresh, and came in the place of one that was refused just before.`,
      {
        retryAt: until,
        next: [
          'Read what the org says with its 401: it may refuse the request, the user or the address, and not the token.',
          'If it is the token, ask again later: it is exchanged then.',
        ],
      },
    )
  }
}
