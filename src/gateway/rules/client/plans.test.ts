import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileLimits, findLimitFaults, planState, type LimitsConfiguration, type Plan } from './plans.ts'

const plan: Plan = { name: 'small', bytes: 1000, warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut' }

describe('the state of a plan', () => {
  const states = {
    'nothing used is within': [plan, 0, 'within'],
    'a byte before the warning is within': [plan, 799, 'within'],
    'from the warning on it is warned': [plan, 800, 'warned'],
    'the volume may be used to its last byte': [plan, 1000, 'warned'],
    'a byte more is soft': [plan, 1001, 'soft'],
    'a byte before the end of the grace is soft': [plan, 1099, 'soft'],
    'the end of the grace is hard': [plan, 1100, 'hard'],
    'without a grace the volume itself is hard': [{ ...plan, graceTo: 1 }, 1000, 'hard'],
    'a warning at 1 warns with the last byte only': [{ ...plan, warnAt: 1 }, 999, 'within'],
  } as const
  for (const [sentence, [of, used, state]] of Object.entries(states))
    test(sentence, () => equal(planState(of, used), state))
})

const configuration: LimitsConfiguration = {
  plans: [{ ...plan, bytes: '1kB' }],
  clients: [
    { name: 'app', plan: 'small', connections: 5, tunnelsPerMinute: 60 },
    { name: 'free', connections: 7 },
  ],
}

describe('limits', () => {
  test('are compiled for each client', () => {
    deepEqual(
      [...compileLimits(configuration)],
      [
        ['app', { plan, connections: 5, tunnelsPerMinute: 60 }],
        ['free', { plan: undefined, connections: 7, tunnelsPerMinute: undefined }],
      ],
    )
  })

  test('of a configuration that was not checked throw', () => {
    throws(() => compileLimits({ ...configuration, plans: [] }), /no plan is called small/)
    throws(
      () => compileLimits({ ...configuration, plans: [{ ...plan, bytes: 'much' }] }),
      /plan small: much is no volume/,
    )
  })

  test('name every fault at its place', () => {
    const faulty: LimitsConfiguration = {
      plans: [
        { ...plan, bytes: '10GiB' },
        { ...plan, bytes: '1GB' },
      ],
      clients: [{ name: 'app', plan: 'large', connections: 1 }],
    }
    deepEqual(findLimitFaults(faulty).map(({ path }) => path), ['plans[0].bytes', 'plans[1].name', 'clients[0].plan']) // prettier-ignore
    deepEqual(findLimitFaults(configuration), [])
  })
})
