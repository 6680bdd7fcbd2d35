import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../values/time.ts'
import { nextStep, type NextStep, type Visitor } from './next-step.ts'

const found = { at: instant('2026-03-01T10:00:00Z'), session: 'before' }
const ana = (change: Partial<Visitor> = {}): Visitor => ({
  session: 'before',
  authenticatedAt: instant('2026-03-01T09:00:00Z'),
  approved: ['api', 'refresh_token'],
  ...change,
})
const again = { session: 'after', authenticatedAt: instant('2026-03-01T10:00:01Z') }
const none = { never: false, login: false, consent: false }
const asks = (prompt: Partial<typeof none> = {}, scopes = ['api', 'id']) => ({ prompt: { ...none, ...prompt }, scopes })

describe('the next step of an authorization', () => {
  const steps: Record<string, [ReturnType<typeof asks>, Visitor | undefined, NextStep]> = {
    'a stranger logs in': [asks(), undefined, { kind: 'login' }],
    'who approved before needs nothing': [asks(), ana(), { kind: 'issue' }],
    'who approved nothing is asked': [asks(), ana({ approved: [] }), { kind: 'consent' }],
    'who approved nothing is asked for id alone too': [asks({}, ['id']), ana({ approved: [] }), { kind: 'consent' }],
    'who approved less is asked': [asks({}, ['api', 'web', 'id']), ana(), { kind: 'consent' }],
    'refresh_token approved covers offline_access (SF-78)': [asks({}, ['offline_access']), ana(), { kind: 'issue' }],
    'prompt=consent asks all the same': [asks({ consent: true }), ana(), { kind: 'consent' }],
    'prompt=login is not answered by the login that was found': [asks({ login: true }), ana(), { kind: 'login' }],
    'prompt=login is answered by a new one': [asks({ login: true }), ana(again), { kind: 'issue' }],
    'prompt=login is not answered by another old one': [
      asks({ login: true }),
      ana({ session: 'third' }),
      { kind: 'login' },
    ],
    'prompt=login consent goes through both': [asks({ login: true, consent: true }), ana(again), { kind: 'consent' }],
    'SF-79: immediate shows a stranger no login': [
      asks({ never: true }),
      undefined,
      { kind: 'not-immediate', needs: 'login' },
    ],
    'SF-79: immediate asks nobody for consent': [
      asks({ never: true }),
      ana({ approved: [] }),
      { kind: 'not-immediate', needs: 'consent' },
    ],
    'immediate goes through where nothing is needed': [asks({ never: true }), ana(), { kind: 'issue' }],
    'immediate with prompt=login contradicts itself': [
      asks({ never: true, login: true }),
      ana(),
      { kind: 'not-immediate', needs: 'login' },
    ],
  }
  for (const [sentence, [asked, visitor, step]] of Object.entries(steps))
    test(sentence, () => deepEqual(nextStep(asked, visitor, found), step))
})
