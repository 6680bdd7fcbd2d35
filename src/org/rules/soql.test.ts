import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../values/time.ts'
import { parseSoql, type SoqlQuery } from './soql.ts'

const query = (changes: Partial<SoqlQuery> = {}): SoqlQuery => ({
  object: 'User',
  fields: ['Id'],
  where: [],
  order: undefined,
  limit: undefined,
  ...changes,
})
const faultOf = (source: string) => {
  const parsed = parseSoql(source)
  return parsed.ok ? undefined : parsed.fault
}

describe('SOQL', () => {
  const understood = {
    'one field of one object': ['SELECT Id FROM User', query()],
    'keywords and names in any case': ['select id, USERNAME from user', query({ fields: ['Id', 'Username'] })],
    'a condition': [
      "SELECT Id FROM User WHERE Username = 'ada@demo.example'",
      query({ where: [{ field: 'Username', operator: '=', value: 'ada@demo.example' }] }),
    ],
    'a quote within the text': [
      String.raw`SELECT Id FROM User WHERE Username = 'o\'hara\\x@demo.example'`,
      query({ where: [{ field: 'Username', operator: '=', value: String.raw`o'hara\x@demo.example` }] }),
    ],
    'a limit': ['SELECT Id FROM User LIMIT 5', query({ limit: 5 })],
    'condition and limit over several lines': [
      "SELECT AppName,UseCount\nFROM OauthToken\nWHERE UserId='005000000000001AAA'\nLIMIT 1",
      query({
        object: 'OauthToken',
        fields: ['AppName', 'UseCount'],
        where: [{ field: 'UserId', operator: '=', value: '005000000000001AAA' }],
        limit: 1,
      }),
    ],
    'comparisons of instants, and an order': [
      "SELECT UserId FROM LoginHistory WHERE LoginTime >= 2026-01-01T00:00:00.000Z AND LoginTime < 2026-01-02T01:00:00+01:00 AND LoginType = 'x' ORDER BY LoginTime DESC LIMIT 9",
      query({
        object: 'LoginHistory',
        fields: ['UserId'],
        where: [
          { field: 'LoginTime', operator: '>=', at: instant('2026-01-01') },
          { field: 'LoginTime', operator: '<', at: instant('2026-01-02') },
          { field: 'LoginType', operator: '=', value: 'x' },
        ],
        order: 'descending',
        limit: 9,
      }),
    ],
  } as const
  for (const [what, [source, expected]] of Object.entries(understood))
    test(`understands ${what}`, () => deepEqual(parseSoql(source), { ok: true, value: expected }))

  const refused = {
    'nothing at all': ['', 'MALFORMED_QUERY', 'unexpected token: <EOF>'],
    'a keyword misspelt': ['SELECT Id FORM User', 'MALFORMED_QUERY', "unexpected token: 'FORM'"],
    'a field missing after the comma': ['SELECT Id, FROM User', 'MALFORMED_QUERY', "unexpected token: 'User'"],
    'more after the end': ['SELECT Id FROM User; DROP', 'MALFORMED_QUERY', "unexpected token: ';'"],
    'a text without its end': ["SELECT Id FROM User WHERE Id = 'x", 'MALFORMED_QUERY', "unexpected token: '''"],
    'another comparison': ["SELECT Id FROM User WHERE Id != 'x'", 'MALFORMED_QUERY', "unexpected token: '!='"],
    'a limit that is no number': ['SELECT Id FROM User LIMIT many', 'MALFORMED_QUERY', "unexpected token: 'many'"],
    'a field twice': ['SELECT Id, id FROM User', 'MALFORMED_QUERY', 'duplicate field selected: Id'],
    'an object that is not there': [
      'SELECT Id FROM Account',
      'INVALID_TYPE',
      "sObject type 'Account' is not supported.",
    ],
    'a field that is not there': ['SELECT Shoe FROM User', 'INVALID_FIELD', "No such column 'Shoe' on entity 'User'."],
    'a filter on a field without one': [
      "SELECT Id FROM User WHERE Email = 'x'",
      'INVALID_FIELD',
      "field 'Email' can not be filtered in a query call",
    ],
    'SF-319: login history by its status': [
      "SELECT Id FROM LoginHistory WHERE Status = 'Success'",
      'INVALID_FIELD',
      "field 'Status' can not be filtered in a query call",
    ],
    'an instant in quotes': [
      "SELECT Id FROM LoginHistory WHERE LoginTime > '2026-01-01T00:00:00Z'",
      'INVALID_FIELD',
      'must be of type dateTime and should not be enclosed in quotes',
    ],
    'an instant that is none': [
      'SELECT Id FROM LoginHistory WHERE LoginTime > 2026-13-01T00:00:00Z',
      'MALFORMED_QUERY',
      'Invalid date',
    ],
    'another comparison of instants': [
      'SELECT Id FROM LoginHistory WHERE LoginTime != 2026-01-01T00:00:00Z',
      'MALFORMED_QUERY',
      "unexpected token: '!='",
    ],
    'conditions of which one is enough': [
      "SELECT Id FROM User WHERE Id = 'x' OR Id = 'y'",
      'MALFORMED_QUERY',
      "unexpected token: 'OR'",
    ],
    'an order of what has none': ['SELECT Id FROM User ORDER BY Id', 'MALFORMED_QUERY', "unexpected token: 'ORDER'"],
    'another order': ['SELECT Id FROM LoginHistory ORDER BY Status', 'MALFORMED_QUERY', "unexpected token: 'Status'"],
    'a text beyond all measure': [`SELECT ${'a,'.repeat(20_000)}a FROM User`, 'MALFORMED_QUERY', 'cannot be read'],
    'more words than a query has': [`SELECT ${'a,'.repeat(400)}a FROM User`, 'MALFORMED_QUERY', 'cannot be read'],
  } as const
  for (const [what, [source, errorCode, words]] of Object.entries(refused))
    test(`refuses ${what}`, () => {
      const found = faultOf(source)
      equal(found?.errorCode, errorCode)
      equal(found.message.includes(words), true, found.message)
    })

  test('points at the place of the fault', () => {
    const message = faultOf('SELECT Id\nFROM Account')?.message ?? ''
    equal(message.startsWith('\nFROM Account\n     ^\nERROR at Row:2:Column:6\n'), true, message)
  })
})
