import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, instant } from '../../values/time.ts'
import type { Outcome } from './outcome.ts'
import { explain, type OnRecord } from './triage.ts'

const now = instant('2026-11-21T12:00:00Z')
const record: OnRecord = {
  now,
  leftFrom: '192.0.2.7',
  lastGoodFrom: '192.0.2.7',
  lastExchangeAt: instant('2026-11-20T12:00:00Z'),
  authorizedAt: instant('2026-10-01T12:00:00Z'),
  sentBefore: false,
  soleHolder: true,
  exchangedHere: true,
  approvals: 1,
  approvedSince: false,
  lifetime: undefined,
}
const causes = (outcome: Outcome, about: Partial<OnRecord> = {}): readonly string[] =>
  explain(outcome, { ...record, ...about }).map(({ cause, confidence }) => `${cause} ${confidence}`)

describe('why a connection does not refresh', () => {
  test('a blocked address is named, and so is the one that had been good', () => {
    const [why] = explain({ kind: 'ip-refused', by: 'allowlist' }, { ...record, leftFrom: '198.51.100.9' })
    equal(why?.cause, 'blocked-address')
    match(why.evidence, /198\.51\.100\.9.*192\.0\.2\.7/)
    match(why.next, /Add 198\.51\.100\.9/)
  })

  test('the one sentence of Salesforce for every end is explained by what is on record', () => {
    const ended: Outcome = { kind: 'ended' }
    deepEqual(causes(ended), ['policy likely'])
    deepEqual(causes(ended, { sentBefore: true }), ['replay likely', 'policy possible'])
    deepEqual(causes(ended, { exchangedHere: false }), ['replay likely', 'policy possible'])
    deepEqual(causes(ended, { soleHolder: false }), ['replay possible', 'policy possible'])
    deepEqual(causes(ended, { leftFrom: '198.51.100.9' }), ['blocked-address possible', 'policy possible'])
    deepEqual(causes(ended, { leftFrom: undefined }), ['policy likely'])
    deepEqual(causes(ended, { lastExchangeAt: instant('2026-10-20T12:00:00Z') }), ['idle likely', 'policy possible'])
    deepEqual(causes(ended, { lifetime: days(30) }), ['lifetime likely', 'policy possible'])
    deepEqual(causes(ended, { approvedSince: true }), ['five-approvals possible', 'policy possible'])
    deepEqual(causes(ended, { approvals: 5 }), ['five-approvals likely', 'policy possible'])
  })

  test('exactly thirty idle days are not too many (SF-207)', () => {
    deepEqual(causes({ kind: 'ended' }, { lastExchangeAt: instant('2026-10-22T12:00:00Z') }), ['policy likely'])
  })

  test('a block of the address that had been good says that the list was changed', () => {
    match(explain({ kind: 'ip-refused', by: 'allowlist' }, record)[0]?.evidence ?? '', /the list was changed/)
  })

  test('SF-53, P-23: of two requests at once the other may be our own, or that of somebody who should not hold it', () => {
    const said = (about: Partial<OnRecord>): string =>
      explain({ kind: 'in-flight' }, { ...record, ...about })
        .map(({ evidence, next }) => evidence + next)
        .join()
    match(said({ sentBefore: true }), /our own earlier one/)
    match(said({ soleHolder: false }), /only one may/)
  })

  test('the server’s words come in one line of bounded length', () => {
    const [why] = explain(
      { kind: 'inconclusive', status: 400, error: 'x', description: `a\u001b[31m\nb${'y'.repeat(10_000)}` },
      record,
    )
    ok((why?.evidence.length ?? 0) < 400)
    equal(/\p{Cc}/u.test(why?.evidence ?? ''), false)
  })

  const others: readonly Outcome[] = [
    { kind: 'not-sent', why: 'the proxy refused' },
    { kind: 'in-flight' },
    { kind: 'ip-refused', by: 'org-or-profile' },
    { kind: 'refused', of: 'app', error: 'invalid_client', description: 'invalid client credentials' },
    { kind: 'refused', of: 'org', error: 'inactive_org', description: 'org is locked' },
    { kind: 'refused', of: 'user', error: 'inactive_user', description: 'user is inactive' },
    { kind: 'refused', of: 'user', error: 'invalid_app_access', description: 'user is not admin approved' },
    { kind: 'server-trouble', why: 'rate_limit_exceeded' },
    { kind: 'in-doubt', why: 'the answer was 502' },
    { kind: 'inconclusive', status: 418, error: 'teapot', description: 'short and stout' },
  ]
  for (const outcome of others)
    test(`${JSON.stringify(outcome)} is explained in sentences`, () => {
      const all = explain(outcome, record)
      ok(all.length > 0)
      for (const { evidence, next } of all) for (const text of [evidence, next]) match(text, /^[A-Z].*\.$/)
    })
})
