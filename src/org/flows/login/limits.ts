/** The limits on logins; shared by every flow that checks a password (SF-69, SF-231). Bounded in memory. */
import { formatHolder } from '../../../ip/holder.ts'
import { hours, minutes, seconds, type Duration, type Instant } from '../../../values/time.ts'
import type { OrgConfiguration } from '../../configuration.ts'
import { openFailureLimits, type FailureLimits } from '../../failure-limits.ts'
import type { Caller } from '../../parts.ts'

export type LoginLimits = {
  /** Whether this user name, or this address, has failed too often lately. Does not depend on whether the user exists. */
  readonly exceeded: (username: string, caller: Caller, now: Instant) => boolean
  readonly failed: (username: string, caller: Caller, now: Instant) => void
  /** For a try that was counted as failed before its end was known: tries that are made at the same time then count one another. */
  readonly takeBack: (username: string, caller: Caller) => void
  /** Forgets the failures of the user name, not those of the address: one good account buys no guesses at others. */
  readonly succeeded: (username: string) => void
  /** Logins of one user within an hour, good ones included. */
  readonly rate: FailureLimits
  /** What was written to history within the last minute, so that a flood is not written singly (P-11). */
  readonly written: FailureLimits
  /** How long to wait where `exceeded` says so. */
  readonly window: Duration
}

const longestName = 128

/** An address may fail as often as a client of the token endpoint may: behind one address sit many people. The addresses of one IPv6 /64 count as
 *  one: a single host has them all. */
export function openLoginLimits(limits: OrgConfiguration['limits']): LoginLimits {
  const window = seconds(limits.failureWindowSeconds)
  const mostKeys = limits.failureKeys
  const byUser = openFailureLimits(limits.loginFailures, { window, mostKeys })
  const byAddress = openFailureLimits(limits.clientFailures, { window, mostKeys })
  const user = (username: string): string => username.toLowerCase().slice(0, longestName)
  const address = ({ from }: Caller): string => formatHolder(from.address)
  return {
    exceeded: (username, caller, now) =>
      byUser.exceeded(user(username), now) || byAddress.exceeded(address(caller), now),
    failed(username, caller, now) {
      byUser.failed(user(username), now)
      byAddress.failed(address(caller), now)
    },
    takeBack(username, caller) {
      byUser.takeBack(user(username))
      byAddress.takeBack(address(caller))
    },
    succeeded: (username) => byUser.succeeded(user(username)),
    rate: openFailureLimits(limits.loginsPerUserHour, { window: hours(1), mostKeys }),
    written: openFailureLimits(1, { window: minutes(1), mostKeys }),
    window,
  }
}
