import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAllowlist } from '../../ip/allowlist.ts'
import { findPlanFaults, judgePlan, type ListSurroundings, type Surroundings } from './plan-faults.ts'

const plan = {
  apps: [{ name: 'Nightly_Sync', kind: 'external-client-app' as const }],
  from: ['192.0.2.1', '192.0.2.2'],
  to: ['198.51.100.1', '198.51.100.2'],
}

describe('a plan by itself', () => {
  const told = (from: readonly string[], to: readonly string[]): readonly string[] =>
    findPlanFaults({ from, to }).map(({ path, message }) => `${path} ${message}`)

  test('is in order with two pairs', () => deepEqual(told(plan.from, plan.to), []))
  test('is refused with half a pair', () => deepEqual(told(plan.from, ['198.51.100.1']), ['to names one address']))
  test('is refused where an address goes and stays', () =>
    deepEqual(told(plan.from, ['192.0.2.2', '198.51.100.1']), ['to[0] 192.0.2.2 is in from as well']))
  test('is refused where an address is there twice', () =>
    deepEqual(told(['192.0.2.1', '192.0.2.1'], plan.to), ['from[1] 192.0.2.1 is there twice']))
  test('is refused where a side is empty', () => deepEqual(told([], []), ['from is empty', 'to is empty']))
})

describe('a plan by what there is', () => {
  const around = (
    { pool, strangers = [], ...list }: Partial<Surroundings & ListSurroundings> = {},
    ...listed: readonly string[]
  ): Surroundings => {
    const texts = listed.length > 0 ? listed : [...plan.from, '203.0.113.7']
    const parsed = parseAllowlist(
      texts.map((text) => {
        const [start = '', end = start] = text.split(' - ')
        return { start, end }
      }),
    )
    if (!parsed.ok) throw new Error('the list of the test is not valid')
    const used = plan.from.map((address) => ({ address, mode: 'active' as const, up: true, tunnels: 1 }))
    const its = { rows: parsed.value.rows, isEnforced: true, redeemers: [...plan.from], ...list }
    return { lists: [its], pool: pool ?? used, strangers }
  }
  const told = (surroundings: Surroundings): readonly string[] =>
    judgePlan(plan, surroundings).faults.map(({ path, message }) => `${path} ${message}`)

  test('shows the ranges before, between and after, and how full the list is between', () => {
    const judged = judgePlan(plan, around())
    deepEqual(judged.faults, [])
    deepEqual(judged.warnings, [])
    const [list] = judged.lists
    deepEqual(list?.before, ['192.0.2.1', '192.0.2.2', '203.0.113.7'])
    deepEqual(list?.between, ['192.0.2.1', '192.0.2.2', '203.0.113.7', '198.51.100.1', '198.51.100.2'])
    deepEqual(list?.after, ['203.0.113.7', '198.51.100.1', '198.51.100.2'])
    deepEqual(list?.use, { ranges: 5, addresses: 5 })
  })

  test('L-98: is refused where both sets together do not fit', () => {
    const full = Array.from({ length: 125 }, (_, i) => `203.0.113.${i + 1}`)
    equal(told(around({}, ...plan.from, ...full)).length, 1)
  })

  test('is refused where an old address is listed by a range that holds others', () =>
    deepEqual(told(around({}, '192.0.2.0 - 192.0.2.3')), [
      'from[0] 192.0.2.1 is in the list by 192.0.2.0 to 192.0.2.3, which holds others as well',
      'from[1] 192.0.2.2 is in the list by 192.0.2.0 to 192.0.2.3, which holds others as well',
    ]))

  test('is refused where an old address is not listed', () =>
    deepEqual(told(around({}, '192.0.2.1')), ['from[1] 192.0.2.2 is not in the list']))

  test('P-63: is not troubled by who redeems from an address that stays', () =>
    deepEqual(told(around({ redeemers: ['192.0.2.1', '203.0.113.7'] })), []))

  test('P-63: is refused where tokens are redeemed from an old address that is not in the pool', () => {
    const pool = [{ address: '192.0.2.1', mode: 'active' as const, up: true, tunnels: 0 }]
    deepEqual(told(around({ pool, redeemers: ['192.0.2.2'] })), [
      'from[1] tokens are redeemed from 192.0.2.2, which is not in the pool: that traffic would not move',
    ])
  })

  test('P-62: is refused where traffic leaves from an address, or for a client, that it does not name', () => {
    const pool = [{ address: '192.0.2.9', mode: 'active' as const, up: true, tunnels: 0 }]
    deepEqual(told(around({ pool, redeemers: [], strangers: ['billing'] })), [
      'from traffic leaves from 192.0.2.9 as well',
      'traffic the client billing of the gateway uses the pool as well, and its app may have a list of its own',
    ])
  })

  test('warns of a list that is not enforced, and of new addresses that are listed already', () => {
    const judged = judgePlan(plan, around({ isEnforced: false }, ...plan.from, '198.51.100.2'))
    deepEqual(
      judged.warnings.map(({ message }) => message),
      ['the app does not enforce its list', '198.51.100.2 is in the list already'],
    )
  })

  test('P-60: names the list, of several, that speaks against it', () => {
    const apps = [...plan.apps, { name: 'Legacy', kind: 'connected-app' as const }]
    const { lists, ...rest } = around()
    const judged = judgePlan({ ...plan, apps }, { ...rest, lists: [...lists, ...around({}, '192.0.2.1').lists] })
    deepEqual(
      judged.faults.map(({ message }) => message),
      ['192.0.2.2 is not in the list for Legacy'],
    )
    deepEqual(
      judged.lists.map(({ name, before }) => [name, before.length]),
      [
        ['Nightly_Sync', 3],
        ['Legacy', 1],
      ],
    )
  })
})
