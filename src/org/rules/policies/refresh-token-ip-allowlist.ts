/** Only an address inside a listed range completes the web server flow or the refresh token flow (SF-129, SF-130). */
import { formatAddress } from '../../../ip/address.ts'
import { allowlistContains, compileAllowlist, parseAllowlist } from '../../../ip/allowlist.ts'
import { readRangeRow, startIpAddress } from '../../../ip/range-spelling.ts'
import type { RangeMatcher } from '../../../ip/matcher.ts'
import { fault, ok } from '../../../values/result.ts'
import { abstain, allow, definePolicy, deny, type Policy } from '../policy.ts'

export type RefreshTokenIpAllowlist =
  { readonly kind: 'off' } | { readonly kind: 'enforced'; readonly ranges: number; readonly matcher: RangeMatcher }

export const refreshTokenIpAllowlist: Policy<RefreshTokenIpAllowlist> = definePolicy<RefreshTokenIpAllowlist>({
  id: 'refresh-token-ip-allowlist',
  label: 'Enforce Refresh Token IP Allowlist',
  does: 'Refuses the exchange of a code and of a refresh token from any address outside the listed ranges, before the token is looked at.',
  fact: 'SF-129',
  fields: { ExtlClntAppOauthSecuritySettings: ['tokenIpRanges'] },

  parse(fields, { kind, configuration }) {
    const rows = fields.tokenIpRanges ?? []
    const list = parseAllowlist(rows.map((row) => readRangeRow(row, startIpAddress)))
    if (!list.ok) {
      return fault(list.fault.map(({ row, message }) => ({ field: 'tokenIpRanges', means: message, row }) as const))
    }
    // fact book 24a: on if ranges are given; a Connected App needs the switch, and the server's consent (SF-141)
    const enforced =
      kind === 'connectedApp'
        ? (fields.enforceRefreshTokenIpAllowlist ?? false) && configuration.allowlistForConnectedApps
        : (fields.enforceRefreshTokenIpAllowlist ?? rows.length > 0)
    if (!enforced) return ok({ kind: 'off' }) // stored ranges are kept, and checked by nobody (SF-142)
    return ok({ kind: 'enforced', ranges: rows.length, matcher: compileAllowlist(list.value) })
  },

  // SF-147: the ranges stay editable, the switch does not
  oneWay: { field: 'enforceRefreshTokenIpAllowlist', isOn: ({ kind }) => kind === 'enforced' },

  // Asked before any token or code is looked up: a blocked caller can neither burn a token nor learn whether it exists (SF-22 to SF-24).
  guard(request, settings) {
    if (request.step !== 'caller' || settings.kind === 'off') return abstain
    const saw = { from: formatAddress(request.from.address), app: request.app.name, ranges: settings.ranges }
    return allowlistContains(settings.matcher, request.from.address) ? allow(saw) : deny('SOURCE_NOT_ALLOWED', saw)
  },
})
