import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Round } from '../run/summary.ts'
import { compare, goals } from './goals.ts'

const round = (subject: string, perSecond: number, serverCpu: number): Round => ({
  round: 1,
  subject,
  figures: {
    ...{
      replies: 100,
      errors: 0,
      firstErrors: [],
      postponed: 0,
      seconds: 1,
      replyBytes: 64,
      loadCpu: 0.5,
      othersCpu: 0,
    },
    ...{ perSecond, serverCpu, latencyMs: { p50: 1, p90: 1, p99: subject === 'direct' ? 1 : 5, max: 5 } },
  },
})

describe('goals of the gateway', () => {
  test('servers that had nothing left to give are compared by rate', () =>
    deepEqual(compare([round('sallyport', 3000, 0.95), round('squid', 2000, 1)], 'squid'), {
      reached: 1.5,
      by: 'rate',
    }))

  test('where the load was the limit, work per CPU second is compared', () =>
    deepEqual(compare([round('sallyport', 2000, 0.5), round('squid', 2000, 1)], 'squid'), { reached: 2, by: 'cpu' }))

  test('a peer that was not measured is compared with nothing', () =>
    equal(compare([round('sallyport', 2000, 1)], 'squid'), undefined))

  test('a goal that is not reached is missed', () => {
    const loads = { 'set-ups': [round('sallyport', 1400, 1), round('proxy-chain', 1000, 1)] }
    deepEqual(goals({ loads, idle: [] }), [
      { goal: 'set-ups: at least 1.5 times proxy-chain', reached: 1.4, by: 'rate', held: false },
    ])
  })

  test('the 99th percentile is held against that of the origin itself', () => {
    const latency = [round('sallyport', 1, 0.1), round('direct', 1, 0.1)]
    deepEqual(
      goals({ loads: { latency }, idle: [] }).map(({ reached, held }) => ({ reached, held })),
      [{ reached: 4, held: false }],
    )
  })

  test('idle tunnels are judged for each number of them', () => {
    const idle = [1000, 9000].map((tunnels) => ({
      subject: 'sallyport',
      memory: { tunnels, errors: [], before: 0, with: 0, bytesPerTunnel: tunnels === 1000 ? 31_000 : 20_000 },
    }))
    deepEqual(
      goals({ loads: {}, idle }).map(({ held }) => held),
      [false, true],
    )
  })
})
