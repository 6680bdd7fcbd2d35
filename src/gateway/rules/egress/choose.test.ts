import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { byAffinity, equalShares, sharesByLatency, takeTurn, tiersOf, type Candidate, type Credits } from './choose.ts'

const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  name,
  starting: false,
  admission: 'unknown',
  ports: 'plenty',
  latencyMs: 10,
  ...more,
})
const names = (tiers: readonly (readonly Candidate[])[]) => tiers.map((tier) => tier.map(({ name }) => name).join())

function turns(shares: (turn: number) => readonly number[], count: number): number[] {
  let credits: Credits | undefined
  return Array.from({ length: count }, (_, turn) => {
    const taken = takeTurn(shares(turn), credits)
    credits = taken.credits
    return taken.first
  })
}
const counted = (chosen: readonly number[], which: number): number => chosen.filter((each) => each === which).length

describe('tiers of egresses', () => {
  test('P-42: confirmed comes before unknown, and refused last', () => {
    const all = [candidate('a', { admission: 'refused' }), candidate('b'), candidate('c', { admission: 'confirmed' })]
    deepEqual(names(tiersOf(all)), ['c', 'b', 'a'])
  })

  test('P-42: admission orders the choice and never empties it', () => {
    const any = fc.record({
      starting: fc.boolean(),
      admission: fc.constantFrom('confirmed', 'unknown', 'refused'),
      ports: fc.constantFrom('plenty', 'near'),
      latencyMs: fc.option(fc.double({ min: 0, max: 1000, noNaN: true }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (rows) => {
        const all = rows.map((row, i) => candidate(`${i}`, row as Partial<Candidate>))
        deepEqual(new Set(tiersOf(all).flat()), new Set(all))
        equal(tiersOf(all).flat().length, all.length)
      }),
    )
  })

  test('one that is short of ports, or has not been probed, comes after its equals and before those of lesser admission', () => {
    const all = [
      candidate('refused', { admission: 'refused' }),
      candidate('starting', { starting: true }),
      candidate('near', { ports: 'near' }),
      candidate('good'),
    ]
    deepEqual(names(tiersOf(all)), ['good', 'starting', 'near', 'refused'])
  })
})

describe('shares of new tunnels', () => {
  test('round robin alternates', () =>
    deepEqual(
      turns(() => equalShares(2), 6),
      [0, 1, 0, 1, 0, 1],
    ))

  test('are in inverse proportion to latency', () => {
    deepEqual(
      sharesByLatency([{ latencyMs: 19 }, { latencyMs: 29 }]).map((share) => share.toFixed(2)),
      ['0.60', '0.40'],
    )
  })

  test('are equal as long as no latency is known', () =>
    deepEqual(sharesByLatency([{ latencyMs: undefined }, { latencyMs: undefined }]), [0.5, 0.5]))

  test('never fall below a fifth, or an equal share where there are more than five, and add up to one', () => {
    const latency = fc.option(fc.double({ min: 0, max: 100_000, noNaN: true }), { nil: undefined })
    fc.assert(
      fc.property(fc.array(fc.record({ latencyMs: latency }), { minLength: 1, maxLength: 9 }), (tier) => {
        const shares = sharesByLatency(tier)
        equal(shares.length, tier.length)
        ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
        for (const share of shares) ok(share >= Math.min(0.2, 1 / tier.length) - 1e-9, `${share}`)
      }),
    )
  })

  test('give a slow egress at least 20 % of the tunnels of any hundred in a row', () => {
    const chosen = turns(() => sharesByLatency([{ latencyMs: 1 }, { latencyMs: 900 }]), 1_000)
    for (let from = 0; from + 100 <= chosen.length; from += 1) ok(counted(chosen.slice(from, from + 100), 1) >= 20)
  })

  test('are kept within one tunnel while latencies move', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 50, maxLength: 300 }),
        (moves) => {
          const shares = moves.map((latencyMs) => sharesByLatency([{ latencyMs }, { latencyMs: 40 }]))
          const chosen = turns((turn) => shares[turn] ?? [], shares.length)
          const due = shares.reduce((sum, [first = 0]) => sum + first, 0)
          ok(Math.abs(counted(chosen, 0) - due) <= 1.0001)
        },
      ),
    )
  })
})

describe('affinity', () => {
  const [a, b, c] = [candidate('a'), candidate('b'), candidate('c')]
  const clients = Array.from({ length: 300 }, (_, i) => `client-${i}`)
  const firstFor = (tier: readonly Candidate[], client: string) => byAffinity(tier, client)[0]?.name

  test('a client keeps its egress, whatever the order of the set', () => {
    for (const client of clients) equal(firstFor([a, b, c], client), firstFor([c, a, b], client))
  })

  test('only the clients of an egress that goes move', () => {
    for (const client of clients) {
      const before = firstFor([a, b, c], client)
      if (before !== 'b') equal(firstFor([a, c], client), before)
    }
  })

  test('spreads clients', () => {
    for (const name of ['a', 'b', 'c']) ok(clients.filter((client) => firstFor([a, b, c], client) === name).length > 60)
  })
})
