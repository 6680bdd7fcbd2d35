import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { findDescriptorLimit, roomWithin } from './room.ts'
import { strangerLimits } from './strangers.ts'

test('two descriptors are kept for each tunnel, and some for everything else', () =>
  equal(roomWithin(20_000).connections, 9875))

test('strangers have half of the room at most', () => {
  deepEqual(roomWithin(20_000).strangers, strangerLimits)
  deepEqual(roomWithin(1024).strangers, { total: 194, perSource: 194 })
})

test('a gateway with hardly any descriptors still lets somebody in', () => {
  deepEqual(roomWithin(60), { connections: 16, strangers: { total: 8, perSource: 8 } })
})

test('without a limit the connections are not limited', () => equal(roomWithin(undefined).connections, undefined))

test('the limit of this process is a number, or none', () => {
  const limit = findDescriptorLimit()
  ok(limit === undefined || limit > 0)
})
