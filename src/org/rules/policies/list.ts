/** Every policy, in the order in which they vote. To add one: a file beside this one, and a line here. */
import { bindable, type BoundPolicy } from '../policy.ts'
import { fiveApprovals } from './five-approvals.ts'
import { pkceRequired } from './pkce-required.ts'
import { reauthRevokesAll } from './reauth-revokes-all.ts'
import { refreshTokenIdleLimit } from './refresh-token-idle-limit.ts'
import { refreshTokenIpAllowlist } from './refresh-token-ip-allowlist.ts'
import { refreshTokenPolicy } from './refresh-token-policy.ts'
import { refreshTokenRotation } from './refresh-token-rotation.ts'
import { secretRequiredForRefresh } from './secret-required-for-refresh.ts'

export const policies: readonly BoundPolicy[] = [
  // who calls: asked before any token is looked at (SF-22, checks 4 to 6)
  bindable(secretRequiredForRefresh),
  bindable(refreshTokenIpAllowlist),
  // what is presented (checks 11 and 12)
  bindable(pkceRequired),
  bindable(refreshTokenPolicy),
  bindable(refreshTokenIdleLimit),
  // what is issued
  bindable(refreshTokenRotation),
  bindable(fiveApprovals),
  bindable(reauthRevokesAll),
]
