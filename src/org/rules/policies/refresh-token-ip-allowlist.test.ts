import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress, type Address } from '../../../ip/address.ts'
import type { Fields, TokenIpRange } from '../fields.ts'
import { authorizing, calling, callingFrom, contextOf, exchanging, refreshing, voteOf } from '../questions-for-tests.ts'
import { refreshTokenIpAllowlist as policy } from './refresh-token-ip-allowlist.ts'

const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const range = (startIpAddress: string, endIpAddress = startIpAddress): TokenIpRange => ({
  startIpAddress,
  endIpAddress,
})
const pair: Fields = { tokenIpRanges: [range('192.0.2.10', '192.0.2.12'), range('2001:db8::10', '2001:db8::1f')] }
const eca = contextOf('externalClientApp')
const connected = contextOf('connectedApp')
const kindOf = (fields: Fields, context = eca): string => {
  const parsed = policy.parse(fields, context)
  return parsed.ok ? parsed.value.kind : 'fault'
}

describe('refresh token IP allowlist', () => {
  const from = {
    'the first address of a range is inside': ['192.0.2.10', 'allow'],
    'SF-135: the last address of a range is inside': ['192.0.2.12', 'allow'],
    'the address before is refused': ['192.0.2.9', 'deny'],
    'the address behind is refused': ['192.0.2.13', 'deny'],
    'SF-136: an IPv6 address inside its range is allowed': ['2001:db8::1f', 'allow'],
    'the IPv6 address behind is refused': ['2001:db8::20', 'deny'],
    'SF-143: an IPv4-mapped address is the IPv4 address': ['::ffff:192.0.2.11', 'allow'],
  } as const
  for (const [sentence, [text, kind]] of Object.entries(from))
    test(sentence, () => equal(voteOf(policy, pair, callingFrom(address(text))).kind, kind))

  test('SF-22: it is asked of the caller alone, before any token or code is known', () => {
    for (const request of [authorizing(), exchanging(), refreshing()])
      equal(voteOf(policy, pair, request).kind, 'abstain')
  })

  test('SF-131: the hybrid twins are covered', () => {
    for (const flow of ['authorization_code', 'refresh_token', 'hybrid_auth_code', 'hybrid_refresh'] as const)
      equal(voteOf(policy, pair, calling({ flow })).kind, 'deny')
  })

  test('a denial says who, whose and how many', () =>
    deepEqual(voteOf(policy, pair, calling()), {
      kind: 'deny',
      code: 'SOURCE_NOT_ALLOWED',
      saw: { from: '198.51.100.7', app: 'Billing', ranges: 2 },
    }))

  test('SF-142: an enforced list without ranges refuses every address', () =>
    equal(voteOf(policy, { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: [] }, calling()).kind, 'deny'))

  test('SF-142: switched off, stored ranges are checked by nobody', () =>
    equal(voteOf(policy, { ...pair, enforceRefreshTokenIpAllowlist: false }, calling()).kind, 'abstain'))

  const defaults = {
    'an External Client App with ranges enforces them': [kindOf(pair), 'enforced'],
    'one without ranges enforces nothing': [kindOf({}), 'off'],
    'one with an empty list enforces nothing': [kindOf({ tokenIpRanges: [] }), 'off'],
    'a Connected App with ranges enforces nothing': [kindOf(pair, connected), 'off'],
    'a Connected App enforces once it says so': [
      kindOf({ ...pair, enforceRefreshTokenIpAllowlist: true }, connected),
      'enforced',
    ],
    'SF-141: unless the server does not enforce lists of Connected Apps': [
      kindOf(
        { ...pair, enforceRefreshTokenIpAllowlist: true },
        contextOf('connectedApp', { configuration: { ...eca.configuration, allowlistForConnectedApps: false } }),
      ),
      'off',
    ],
    'SF-141: which has no say over an External Client App': [
      kindOf(
        pair,
        contextOf('externalClientApp', { configuration: { ...eca.configuration, allowlistForConnectedApps: false } }),
      ),
      'enforced',
    ],
  }
  for (const [sentence, [kind, wanted]] of Object.entries(defaults)) test(sentence, () => equal(kind, wanted))

  const refused: Record<string, [readonly TokenIpRange[], readonly number[]]> = {
    'a start above its end': [[range('192.0.2.1'), range('192.0.2.9', '192.0.2.8')], [2]],
    'two families in one range': [[range('192.0.2.1', '2001:db8::1')], [1]],
    'no address at all': [[range('office')], [1]],
    'SF-134: 257 addresses': [[range('192.0.2.0', '192.0.3.0')], [1]],
  }
  for (const [sentence, [tokenIpRanges, rows]] of Object.entries(refused))
    test(`refuses ${sentence}, naming the field and the row, counted from 1`, () => {
      const parsed = policy.parse({ tokenIpRanges }, eca)
      const faults = parsed.ok ? [] : parsed.fault
      equal(faults.length > 0, true)
      for (const { field, means, row } of faults) {
        equal(field, 'tokenIpRanges')
        equal(means.length > 0, true)
        equal(rows.includes(row ?? 0), true)
      }
    })

  test('SF-134: 128 ranges of two addresses are legal, one more is not', () => {
    const ranges = (count: number) => Array.from({ length: count }, (_, i) => range(`10.0.${i}.1`, `10.0.${i}.2`))
    equal(kindOf({ tokenIpRanges: ranges(128) }), 'enforced')
    equal(kindOf({ tokenIpRanges: ranges(129) }), 'fault')
  })

  test('ranges that cannot be read are refused although nobody enforces them', () =>
    equal(kindOf({ enforceRefreshTokenIpAllowlist: false, tokenIpRanges: [range('office')] }), 'fault'))
})
