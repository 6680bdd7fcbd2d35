import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { sessionIsOver } from './session-reply.ts'

const cases: Record<string, [status: number, body: string, over: boolean]> = {
  'a session that is over': [401, '[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]', true],
  'one fault without its list': [401, '{"errorCode":"INVALID_SESSION_ID","message":"x"}', true],
  'a refusal for address or policy': [
    ...[401, '[{"errorCode":"INVALID_SESSION_ID","message":"This session is not valid for use with the REST API"}]'],
    false,
  ] as [number, string, boolean],
  'another status': [403, '[{"errorCode":"INVALID_SESSION_ID","message":"x"}]', false],
  'another fault': [401, '[{"errorCode":"INVALID_AUTH_HEADER","message":"x"}]', false],
  'no JSON': [401, '<html>', false],
  'null': [401, 'null', false],
  'a list of nothing': [401, '[null, 1]', false],
}
for (const [what, [status, body, over]] of Object.entries(cases))
  test(`${what} ${over ? 'asks' : 'does not ask'} for another token (SF-73)`, () =>
    equal(sessionIsOver(status, body), over))
