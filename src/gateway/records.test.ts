import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { address, midNovember, tunnelOf } from '../../test/gateway/metered.ts'
import { after, seconds } from '../values/time.ts'
import { openRecords } from './records.ts'
import { refusal } from './rules/refusal.ts'

function open() {
  const logged: (readonly [string, string, Readonly<Record<string, unknown>>])[] = []
  const write =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      void logged.push([level, event, fields])
  const time = { now: 1e6 }
  const log = { info: write('info'), warn: write('warn'), error: write('error') }
  const records = openRecords({ clock: () => after(midNovember, seconds(90)), monotonic: () => time.now, log })
  return { logged, time, records }
}

describe('the record of a tunnel', () => {
  test('says who, where to, by which address, how much, how long, and how it ended', () => {
    const { logged, records } = open()
    const tunnel = Object.assign(tunnelOf('app', 'a'), { id: 't-1', up: 3, down: 4 })
    records.tunnelEnded(tunnel, { kind: 'cut', why: 'plan-exhausted' })
    deepEqual(JSON.parse(JSON.stringify(logged)), [
      [
        'info',
        'tunnel',
        {
          ...{ tunnel: 't-1', kind: 'connect', client: 'app', label: 'app', from: '127.0.0.1' },
          ...{ destination: 'login.salesforce.com:443', egress: 'a', address: '127.0.0.11', addressIs: 'observed' },
          ...{ remote: '127.0.0.2', dialMs: 3, ms: 90_000, up: 3, down: 4, end: 'cut', why: 'plan-exhausted' },
        },
      ],
    ])
  })

  test('L-60: has neither the user of the client nor anything else of its credentials', () => {
    const { logged, records } = open()
    records.tunnelEnded(tunnelOf('app', 'a'), { kind: 'broken', side: 'client', code: 'ECONNRESET' })
    const { ask } = tunnelOf('app', 'a')
    records.refused(refusal('PLAN_EXHAUSTED', { client: 'app', plan: 'p', used: 1, limit: 1 }), { from: ask.from, ask })
    equal(JSON.stringify(logged).includes('app-user'), false)
  })
})

describe('refusals', () => {
  const from = address('192.0.2.77')
  const about = { from, over: 'socks5' } as const

  test('are recorded with what was seen, before a client is known as well', () => {
    const { logged, records } = open()
    records.refused(refusal('CREDENTIALS_WRONG'), about)
    const [, event, fields] = logged[0] ?? []
    equal(event, 'refused')
    const seen = ['from', 'over', 'code', 'status'].map((name) => fields?.[name])
    deepEqual(seen, ['192.0.2.77', 'socks5', 'CREDENTIALS_WRONG', 407])
  })

  test('in a flood are counted, each reason apart, and told with the next record or at the end', () => {
    const { logged, time, records } = open()
    for (let i = 0; i < 1000; i += 1) records.refused(refusal('CREDENTIALS_WRONG'), about)
    equal(logged.length, 60)
    records.refused(refusal('DRAINING'), about)
    equal(logged.length, 61, 'another reason is not held back')
    time.now += 1000
    records.refused(refusal('CREDENTIALS_WRONG'), about)
    equal(logged.at(-1)?.[2]['leftOut'], 940)
    records.refused(refusal('CREDENTIALS_WRONG'), about)
    records.close()
    deepEqual(logged.at(-1), ['warn', 'refusals-left-out', { code: 'CREDENTIALS_WRONG', leftOut: 1 }])
  })

  test('what a client can put into a record is bounded', () => {
    const { logged, records } = open()
    const { ask } = tunnelOf('app', 'a')
    const long = 'x'.repeat(100_000)
    records.refused(refusal('EGRESS_UNKNOWN', { egress: long }), { from, ask: { ...ask, pin: long } })
    ok(JSON.stringify(logged).length < 2000)
  })
})
