import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exposition, plainly } from './exposition.ts'

describe('the text that Prometheus reads', () => {
  test('has a figure with its help, its kind and its samples', () =>
    equal(
      exposition([
        {
          ...{ kind: 'counter', name: 'tokens_total', help: 'Tokens.' },
          read: () => [
            { labels: { flow: 'refresh_token', decision: 'allowed' }, value: 2 },
            { labels: { flow: 'web', decision: 'refused' }, value: 0.5 },
          ],
        },
        { kind: 'gauge', name: 'memory_bytes', help: 'Memory.', read: () => plainly(12) },
      ]),
      [
        '# HELP tokens_total Tokens.',
        '# TYPE tokens_total counter',
        'tokens_total{flow="refresh_token",decision="allowed"} 2',
        'tokens_total{flow="web",decision="refused"} 0.5',
        '# HELP memory_bytes Memory.',
        '# TYPE memory_bytes gauge',
        'memory_bytes 12',
        '',
      ].join('\n'),
    ))

  test('says of a figure without samples what it is', () =>
    equal(exposition([{ kind: 'gauge', name: 'a', help: 'B.', read: () => [] }]), '# HELP a B.\n# TYPE a gauge\n'))

  test('counts a histogram up from bucket to bucket', () =>
    equal(
      exposition([
        {
          ...{ kind: 'histogram', name: 'dial_seconds', help: 'Dials.' },
          read: () => ({ bounds: [0.001, 5], counts: [3, 2, 1], sum: 20.25 }),
        },
      ]),
      [
        '# HELP dial_seconds Dials.',
        '# TYPE dial_seconds histogram',
        'dial_seconds_bucket{le="0.001"} 3',
        'dial_seconds_bucket{le="5"} 5',
        'dial_seconds_bucket{le="+Inf"} 6',
        'dial_seconds_sum 20.25',
        'dial_seconds_count 6',
        '',
      ].join('\n'),
    ))

  test('escapes what would end a label or a line, so that a name cannot write figures of its own', () =>
    equal(
      exposition([
        { kind: 'gauge', name: 'a', help: 'x\ny\\z', read: () => [{ labels: { b: 'q"} 1\nc 2\\' }, value: 1 }] },
      ]),
      '# HELP a x\\ny\\\\z\n# TYPE a gauge\na{b="q\\"} 1\\nc 2\\\\"} 1\n',
    ))

  test('writes what is no finite number as Prometheus does', () =>
    equal(
      exposition([{ kind: 'gauge', name: 'a', help: 'B.', read: () => [NaN, Infinity, -Infinity].flatMap(plainly) }]),
      '# HELP a B.\n# TYPE a gauge\na NaN\na +Inf\na -Inf\n',
    ))
})
