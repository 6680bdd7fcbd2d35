import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, milliseconds } from '../../values/time.ts'
import { openOtherClock } from './other-clock.ts'
import { salesforceList } from './salesforce-allowlist.ts'
import type { SalesforceApi } from './salesforce-api.ts'
import { packSettings } from './salesforce-settings.ts'

const times = { call: milliseconds(30), retrieve: milliseconds(120), deploy: milliseconds(600) }
const text = '<a><externalClientApplication>Nightly_Sync</externalClientApplication></a>'
const salesforce: SalesforceApi = {
  retrieve: () => Promise.resolve(packSettings({ fullName: 'a', text }, '62.0')),
  deploy: () => Promise.resolve('0Af'),
  deployStatus: () =>
    Promise.resolve({ done: true, succeeded: true, status: 'Succeeded', problems: [], isPassing: false }),
  cancelDeploy: () => Promise.resolve(),
  query: () => Promise.resolve([]),
  theirClock: openOtherClock(),
}
const unused = (): never => {
  throw new Error('nobody is asked to type anything')
}

test('P-64: a predecessor’s look is waited out once; what this runner itself has sent, only for as long as it may be on its way', async () => {
  const waited: number[] = []
  const { invalidate } = salesforceList({
    ...{ salesforce, app: 'Nightly_Sync', api: '62.0', clock: () => instant(0) },
    times,
    wait: (length) => Promise.resolve(void waited.push(length)),
    fallback: { read: unused, save: unused, invalidate: unused },
  })
  deepEqual([await invalidate(), await invalidate()], [{ result: 'done' }, { result: 'done' }])
  deepEqual(waited, [240, 60])
})

test('P-64: every wait of it, those for the check and for the list among them, is by what keeps the lease of the runner', async () => {
  const waited: number[] = []
  let looks = 0
  const slow: SalesforceApi = {
    ...salesforce,
    retrieve: async (type, members, wait) => {
      await wait?.(milliseconds(1))
      return await salesforce.retrieve(type, members)
    },
    deployStatus: async (id) => ({ ...(await salesforce.deployStatus(id)), done: (looks += 1) > 1 }),
  }
  const { invalidate } = salesforceList({
    ...{ salesforce: slow, app: 'Nightly_Sync', api: '62.0', clock: () => instant(0), times, wait: unused },
    fallback: { read: unused, save: unused, invalidate: unused },
  })
  const wait = (length: number) => Promise.resolve(void waited.push(length))
  deepEqual(await invalidate(wait), { result: 'done' })
  deepEqual(waited, [240, 1, 20])
})
