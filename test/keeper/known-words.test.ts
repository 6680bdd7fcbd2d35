/** Every error and description that the fact book knows, as the answer to a refresh: what becomes of it, and how it is explained (L-51). */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { outcomeOf, type Outcome } from '../../src/keeper/rules/outcome.ts'
import { explain, type OnRecord } from '../../src/keeper/rules/triage.ts'
import { instant } from '../../src/values/time.ts'

const record: OnRecord = {
  now: instant('2026-11-21T12:00:00Z'),
  ...{ leftFrom: '192.0.2.7', lastGoodFrom: '192.0.2.7' },
  lastExchangeAt: instant('2026-11-20T12:00:00Z'),
  authorizedAt: instant('2026-10-01T12:00:00Z'),
  ...{ sentBefore: false, soleHolder: true, exchangedHere: true, approvals: 1, approvedSince: false },
  lifetime: undefined,
}

const answer = (error: string, description: string, status = 400): Outcome =>
  outcomeOf({
    ...{ got: 'reply', status, whole: true },
    body: JSON.stringify({ error, error_description: description }),
  })

/** The outcome in one word, with whose fault it is where that is said. */
function shortly(outcome: Outcome): string {
  if (outcome.kind === 'ip-refused') return `ip-refused by ${outcome.by}`
  return outcome.kind === 'refused' ? `refused of ${outcome.of}` : outcome.kind
}

type Row = readonly [error: string, description: string, outcome: string, cause: string, confidence: string]

// words of other flows say nothing of a refresh: whoever hears them asks the org, and never gives the token up
const otherFlow = ['inconclusive', 'unknown', 'possible'] as const
const rows: Readonly<Record<string, readonly Row[]>> = {
  'SF-49': [['invalid_grant', 'expired access/refresh token', 'ended', 'policy', 'likely']],
  'SF-50': [
    ['invalid_grant', 'ip restricted by app developer', 'ip-refused by allowlist', 'blocked-address', 'certain'],
  ],
  'SF-51': [['invalid_grant', 'ip restricted', 'ip-refused by org-or-profile', 'login-restriction', 'certain']],
  'SF-52': [
    [
      'invalid_grant',
      'ip restricted or invalid login hours',
      'ip-refused by org-or-profile',
      'login-restriction',
      'certain',
    ],
    [
      'invalid_grant',
      'IP restricted or invalid login hours',
      'ip-refused by org-or-profile',
      'login-restriction',
      'certain',
    ],
  ],
  'SF-53': [
    ['invalid_grant', 'token request is already being processed', 'in-flight', 'in-flight', 'certain'],
    ['invalid_grant', 'expired authorization code', 'in-flight', 'in-flight', 'certain'],
  ],
  'SF-54': [
    ['invalid_grant', 'expired authorization code', 'in-flight', 'in-flight', 'certain'],
    ['invalid_grant', 'invalid authorization code', ...otherFlow],
  ],
  'SF-55': [
    ['invalid_grant', 'authentication failure', 'refused of user', 'inactive-user', 'likely'],
    ['invalid_grant', 'authentication failure - Invalid Password', 'refused of user', 'inactive-user', 'likely'],
  ],
  'SF-56': [['invalid_grant', "user hasn't approved this consumer", ...otherFlow]],
  'SF-57': [
    ['invalid_grant', 'Audience validation failed', 'refused of app', 'app', 'certain'],
    ['invalid_grant', 'audience is invalid', 'refused of app', 'app', 'certain'],
  ],
  'SF-58': [
    ['invalid_grant', 'invalid assertion', 'refused of app', 'app', 'certain'],
    ['invalid_client', 'invalid client credentials', 'refused of app', 'app', 'certain'],
  ],
  'SF-59': [
    [
      'invalid_request',
      'refresh_token scope is required and the connected app should be installed and preauthorized',
      ...otherFlow,
    ],
  ],
  'SF-60': [
    ['invalid_app_access', 'user is not admin approved to access this app', 'refused of user', 'policy', 'certain'],
  ],
  'SF-61': [
    ['invalid_client_id', 'client identifier invalid', 'refused of app', 'app', 'certain'],
    ['invalid_client', 'client identifier invalid', 'refused of app', 'app', 'certain'],
  ],
  'SF-62': [
    ['invalid_client', 'invalid client credentials', 'refused of app', 'app', 'certain'],
    ['invalid_client_credentials', 'invalid client credentials', 'refused of app', 'app', 'certain'],
  ],
  'SF-63': [
    ['redirect_uri_mismatch', 'redirect_uri must match configuration', 'refused of app', 'app', 'certain'],
    ['redirect_uri_missing', 'redirect_uri not provided', 'refused of app', 'app', 'certain'],
  ],
  'SF-64': [
    ['invalid_grant', 'invalid code verifier', ...otherFlow],
    ['invalid_request', 'invalid code verifier', ...otherFlow],
  ],
  'SF-65': [['invalid_request', 'missing required code challenge', ...otherFlow]],
  'SF-66': [['unsupported_grant_type', 'grant type not supported', 'refused of app', 'app', 'certain']],
  'SF-67': [['invalid_grant', 'no client credentials user enabled', ...otherFlow]],
  'SF-68': [
    ['inactive_user', 'user is inactive', 'refused of user', 'inactive-user', 'certain'],
    ['inactive_org', 'org is locked, closed, or suspended', 'refused of org', 'inactive-org', 'certain'],
  ],
  'SF-69': [
    ['rate_limit_exceeded', 'login rate exceeded', 'server-trouble', 'unknown', 'possible'],
    ['wrong_version', 'wrong app version', 'refused of app', 'app', 'certain'],
  ],
  'SF-70': [
    ['access_denied', 'end-user denied authorization', ...otherFlow],
    ['access-denied', 'end-user denied authorization', ...otherFlow],
  ],
}

/** Rows that name no pair of the token endpoint: one on all of them, one on layers, one on the REST API. */
const notPairs = new Set(['SF-71', 'SF-72', 'SF-73'])

describe('L-51: what the org says to a refresh', () => {
  for (const [fact, pairs] of Object.entries(rows))
    for (const [error, description, expected, cause, confidence] of pairs)
      test(`${fact}: ${error}, ${description}: ${expected}`, () => {
        const outcome = answer(error, description)
        equal(shortly(outcome), expected)
        const [first] = explain(outcome, record)
        deepEqual([first?.cause, first?.confidence], [cause, confidence])
        match(first?.next ?? '', /^[A-Z].*\.$/)
      })

  test('is known for every row of the fact book that names an error', () => {
    const page = readFileSync(new URL('../../docs/reference/salesforce-facts.md', import.meta.url), 'utf8')
    const named = [...page.matchAll(/^- \*\*(SF-\d+)\*\*.*error_description: /gm)].map(([, fact = '']) => fact)
    ok(named.length > 15, `only ${named.length} rows were seen`)
    deepEqual(
      named.filter((fact) => !(fact in rows) && !notPairs.has(fact)),
      [],
    )
  })

  test('ends a connection in one sentence alone', () => {
    const ending = Object.values(rows)
      .flat()
      .filter(([, , outcome]) => outcome === 'ended')
    deepEqual(
      ending.map(([error, description]) => [error, description]),
      [['invalid_grant', 'expired access/refresh token']],
    )
  })

  test('with one letter more or less is not known, and gives nothing up', () => {
    for (const description of ['expired access/refresh token.', 'expired access/refresh toke', 'ip restricted by'])
      equal(answer('invalid_grant', description).kind, 'inconclusive')
  })

  test('with status 5xx is in doubt, whatever the words', () => {
    for (const [error, description] of Object.values(rows).flat())
      equal(answer(error, description, 503).kind, 'in-doubt')
  })

  test('L-54: any status with any body ends in a named outcome that is explained in one bounded line, and no exception', () => {
    const known = Object.values(rows).flat()
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom(...known.flatMap(([error, description]) => [error, description])),
    )
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('', 'Data Not Available', '<html>', '{', '[]', 'null', '"invalid_grant"'),
      fc.record({ error: fc.anything(), error_description: fc.anything(), access_token: fc.anything() }).map(textOf),
      fc.record({ error: words, error_description: words }).map(textOf),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), body, fc.boolean(), (status, text, whole) => {
        const outcome = outcomeOf({ got: 'reply', status, body: text, whole })
        const all = explain(outcome, record)
        equal(all.length > 0, outcome.kind !== 'rotated' && outcome.kind !== 'unchanged')
        for (const { evidence, next } of all) ok(!/\p{Cc}/u.test(evidence + next) && evidence.length < 1000)
      }),
    )
  })
})

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '' // e.g. a bigint
  }
}
