import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { errors, type ErrorCode } from './catalogue.ts'
import type { Saw } from './entry.ts'

const codes = Object.keys(errors) as ErrorCode[]

/** Fact book, section 3 and the rows named: `error` and `error_description`, to the letter. */
const words: Readonly<Partial<Record<ErrorCode, readonly [fact: string, error: string, description: string]>>> = {
  METHOD_NOT_POST: ['SF-21', 'invalid_request', 'must use HTTP POST'],
  TOKEN_NOT_OURS: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_OF_ANOTHER_APP: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_REVOKED: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_EXPIRED: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_NOT_USED_FOR_TOO_LONG: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_EXPIRES_IMMEDIATELY: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_IDLE: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  STORE_WENT_BACK: ['SF-49', 'invalid_grant', 'expired access/refresh token'],
  TOKEN_REPLAYED: ['SF-189', 'invalid_grant', 'expired access/refresh token'],
  SOURCE_NOT_ALLOWED: ['SF-50', 'invalid_grant', 'ip restricted by app developer'],
  TOKEN_IN_FLIGHT: ['SF-53', 'invalid_grant', 'token request is already being processed'],
  CODE_EXPIRED: ['SF-54', 'invalid_grant', 'expired authorization code'],
  CODE_USED: ['SF-54', 'invalid_grant', 'expired authorization code'],
  CODE_UNKNOWN: ['SF-54', 'invalid_grant', 'invalid authorization code'],
  PASSWORD_WRONG: ['SF-55', 'invalid_grant', 'authentication failure'],
  CLIENT_UNKNOWN: ['SF-61', 'invalid_client_id', 'client identifier invalid'],
  CLIENT_SECRET_WRONG: ['SF-62', 'invalid_client', 'invalid client credentials'],
  CLIENT_SECRET_MISSING: ['SF-62', 'invalid_client', 'invalid client credentials'],
  CLIENT_ASSERTION_INVALID: ['SF-62', 'invalid_client', 'invalid client credentials'],
  REDIRECT_URI_MISMATCH: ['SF-63', 'redirect_uri_mismatch', 'redirect_uri must match configuration'],
  REDIRECT_URI_MISSING: ['SF-63', 'redirect_uri_missing', 'redirect_uri not provided'],
  VERIFIER_WRONG: ['SF-64', 'invalid_grant', 'invalid code verifier'],
  VERIFIER_MALFORMED: ['SF-64', 'invalid_grant', 'invalid code verifier'],
  VERIFIER_MISSING: ['SF-64', 'invalid_grant', 'invalid code verifier'],
  VERIFIER_UNBOUND: ['SF-99', 'invalid_grant', 'invalid code verifier'],
  CHALLENGE_MISSING: ['SF-65', 'invalid_request', 'missing required code challenge'],
  GRANT_TYPE_NOT_SUPPORTED: ['SF-66', 'unsupported_grant_type', 'grant type not supported'],
  USER_INACTIVE: ['SF-68', 'inactive_user', 'user is inactive'],
  LOGIN_RATE_EXCEEDED: ['SF-69', 'rate_limit_exceeded', 'login rate exceeded'],
  LOGIN_TOO_MANY_FAILURES: ['SF-69', 'rate_limit_exceeded', 'login rate exceeded'],
  CLIENT_TOO_MANY_FAILURES: ['SF-69', 'rate_limit_exceeded', 'login rate exceeded'],
  CONSENT_DENIED: ['SF-70', 'access_denied', 'end-user denied authorization'],
  SCOPE_NOT_ALLOWED: ['SF-77', 'invalid_scope', 'the requested scope is not allowed'],
}

/** SF-233, and SF-231 for the status texts that were seen in Salesforce. */
const records: Readonly<Partial<Record<ErrorCode, readonly [status: string, decision: string]>>> = {
  SOURCE_NOT_ALLOWED: ['Restricted IP', 'refresh_token_ip_allowlist'],
  TOKEN_REPLAYED: ['Failed: Expired Access/Refresh Token', 'reuse'],
  TOKEN_IN_FLIGHT: ['Failed: Token request is already being processed', 'in_flight'],
  TOKEN_EXPIRED: ['Failed: Expired Access/Refresh Token', 'policy_expired'],
  TOKEN_NOT_USED_FOR_TOO_LONG: ['Failed: Expired Access/Refresh Token', 'policy_expired'],
  TOKEN_EXPIRES_IMMEDIATELY: ['Failed: Expired Access/Refresh Token', 'policy_expired'],
  TOKEN_IDLE: ['Failed: Expired Access/Refresh Token', 'idle_expired'],
  CLIENT_UNKNOWN: ['Failed: Missing Consumer Key Parameter', 'client'],
  PASSWORD_WRONG: ['Invalid Password', 'password'],
  LOGIN_TOO_MANY_FAILURES: ['Password Lockout', 'rate_limit'],
  USER_INACTIVE: ['User is Inactive', 'user'],
  DEVICE_NOT_ACTIVATED: ['Failed: Computer activation required', 'device_activation'],
}

const root = join(import.meta.dirname, '../..')
const sources = globSync('**/*.ts', { cwd: root })
  .filter((file) => !file.endsWith('.test.ts') && !file.startsWith('rules/errors/'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
const source = sources.join('\n')

/** The names in each `saw` that stands beside its code; where it is a variable, what that variable holds. */
function sawNames(code: ErrorCode): readonly (readonly string[])[] {
  const beside = new RegExp(`(?:code: '${code}',\\s*saw: |(?:deny|denyForGood)\\('${code}', )\\{([^}]*)\\}`, 'g')
  const inline = [...source.matchAll(beside)].map(([, names = '']) =>
    [...names.matchAll(/(?:^|,)\s*(?:\.\.\.)?([A-Za-z]+)/g)].map(([, name = '']) => name),
  )
  const held = heldElsewhere[code]
  return held === undefined ? inline : [...inline.filter((names) => !names.includes('saw')), held]
}
const heldElsewhere: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  SOURCE_NOT_ALLOWED: ['from', 'app', 'ranges'],
  CHALLENGE_MISSING: ['app', 'requiredBy', 'challenge'],
  CHALLENGE_METHOD_NOT_SUPPORTED: ['method'],
  CLIENT_SECRET_MISSING: ['app', 'proof'],
  CLIENT_ASSERTION_INVALID: ['app', 'why'],
  APP_NOT_ENABLED: ['app', 'from'],
  TOKEN_EXPIRED: ['policy', 'until', 'now', 'app'],
  TOKEN_NOT_USED_FOR_TOO_LONG: ['policy', 'until', 'now', 'app', 'idle', 'limit'],
  TOKEN_IDLE: ['idle', 'limit'],
  TOKEN_REPLAYED: ['generation', 'current', 'stored'],
  STORE_WENT_BACK: ['generation', 'stored'],
}

describe('the catalogue of errors', () => {
  for (const [code, [fact, error, description]] of Object.entries(words))
    test(`${fact}: the words of ${code} are Salesforce’s, to the letter`, () => {
      const told = errors[code as ErrorCode].public
      deepEqual([told.error, told.description], [error, description])
    })

  test('every code that cites section 3 of the fact book has its words checked here', () => {
    const cited = codes.filter((code) => /^SF-(?:49|5\d|6\d|7[0-3]|77)$/.test(errors[code].fact))
    ok(cited.length >= 15)
    deepEqual(
      cited.filter((code) => words[code] === undefined),
      [],
    )
  })

  test('SF-20: token errors are 400, unless the store is away or the caller too fast', () => {
    for (const code of codes) {
      const { status } = errors[code].public
      const wanted = code === 'STORE_NOT_AVAILABLE' ? 503 : /_TOO_MANY_|_RATE_/.test(code) ? 429 : 400
      equal(status, wanted, code)
    }
  })

  test('SF-71: every code has both fields, a status and a decision', () => {
    for (const code of codes) {
      const { public: told, status, decision } = errors[code]
      match(told.error, /^[a-z_]+$/, code)
      ok(told.description.length > 0, code)
      ok(status.length > 0, code)
      match(decision, /^[a-z_]+$/, code)
    }
  })

  for (const [code, record] of Object.entries(records))
    test(`SF-233: login history knows ${code} by its own name`, () => {
      const { status, decision } = errors[code as ErrorCode]
      deepEqual([status, decision], record)
    })

  test('every code cites a fact or a rule of the protocol, and says what is so', () => {
    for (const code of codes) {
      match(errors[code].fact, /^(?:SF|P)-\d+$/, code)
      equal(code.includes('ERROR'), false, code)
    }
  })

  test('every code is produced somewhere', () => {
    ok(sources.length > 50)
    deepEqual(
      codes.filter((code) => !source.includes(`'${code}'`)),
      [],
    )
  })

  test('every code has a next step that is an act', () => {
    for (const code of codes) {
      const next = errors[code].next(anything)
      ok(next.length > 0, code)
      for (const each of next) match(each, /^(?:[A-Z].*[.:] ?.*|sallyport .+)$/, `${code}: ${each}`)
    }
  })

  for (const code of codes)
    test(`${code} uses only what its refusals have seen`, () => {
      const used = new Set<string>()
      errors[code].means(recording(used))
      errors[code].next(recording(used))
      const seen = sawNames(code)
      ok(seen.length > 0, `no refusal with ${code} was found: if its saw is a variable, say here what it holds`)
      for (const names of seen)
        deepEqual(
          [...used].filter((name) => !names.includes(name)),
          [],
        )
    })

  const explained: Record<string, [ErrorCode, Saw, string]> = {
    'an address outside': [
      'SOURCE_NOT_ALLOWED',
      { from: '192.0.2.1', app: 'Billing', ranges: 2 },
      '192.0.2.1 is in none of the ranges of Billing (2).',
    ],
    'SF-142: an empty allowlist': [
      'SOURCE_NOT_ALLOWED',
      { from: '192.0.2.1', app: 'Billing', ranges: 0 },
      'Billing enforces an empty allowlist, so every address is refused.',
    ],
    'a plain challenge of another form': [
      'CHALLENGE_MALFORMED',
      { method: 'plain', length: 3 },
      'A plain code_challenge of 3 characters does not have the form of a code_verifier.',
    ],
    'P-08: a token newer than its row': [
      'STORE_WENT_BACK',
      { generation: 7, stored: 3 },
      'A genuine refresh token of generation 7 is newer than the store, which knows 3: the store was restored from an old copy.',
    ],
    'P-08: a token without a row': [
      'STORE_WENT_BACK',
      { generation: 7, stored: null },
      'A genuine refresh token of generation 7 belongs to no grant in the store: the store was restored from an old copy, or the grant ended so long ago that its record was removed.',
    ],
  }
  for (const [sentence, [code, saw, means]] of Object.entries(explained))
    test(`explains ${sentence}`, () => equal(errors[code].means(saw), means))
})

const anything: Saw = new Proxy({}, { get: () => 'something' })
const recording = (used: Set<string>): Saw => new Proxy({}, { get: (_, name) => (used.add(String(name)), 'something') })
