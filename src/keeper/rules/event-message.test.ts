import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { messageOf, tellsOf } from './event-message.ts'

const told = {
  ...{ id: 'evt_1', tenant: 'acme', connection: 'canary', sequence: 7, kind: 'connection.ip_refused' },
  ...{ at: Date.parse('2026-01-10T12:00:00Z'), data: '{}' },
}

test('an event is told with what is known of it, and with what to do', () => {
  const explanations = [
    { cause: 'blocked-address', confidence: 'certain', evidence: 'It says so.', next: 'Register the address.' },
    { cause: 'policy', confidence: 'possible', evidence: 'Perhaps.', next: 'Register the address.' },
  ]
  deepEqual(messageOf({ ...told, data: JSON.stringify({ generation: 3, explanations }) }), {
    ...{ id: 'evt_1', type: 'connection.ip_refused', timestamp: '2026-01-10T12:00:00.000Z' },
    data: {
      ...{ tenant: 'acme', connection: 'canary', sequence: 7, generation: 3, explanations },
      next: ['Register the address.'],
    },
  })
})

test('one without explanations says what there is to do by its kind', () => {
  const next = (kind: string): unknown => messageOf({ ...told, kind }).data['next']
  deepEqual(next('connection.reauthorization_required'), ['Authorize it again; the connection stays the same.'])
  deepEqual(next('connection.recovered'), [])
})

test('a webhook is not told of itself', () => {
  equal(tellsOf('{"webhook":"pager"}', 'pager'), true)
  equal(tellsOf('{"webhook":"other"}', 'pager'), false)
  equal(tellsOf('{}', 'pager'), false)
})
