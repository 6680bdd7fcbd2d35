import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AppKind, Fields } from '../fields.ts'
import { boundTo, contextOf, exchanging, refreshing, widestTerms } from '../questions-for-tests.ts'
import type { PolicyContext } from '../policy.ts'
import { refreshTokenRotation as policy } from './refresh-token-rotation.ts'

const withDefault = (kind: AppKind, rotation: boolean): PolicyContext => {
  const { configuration } = contextOf(kind)
  return contextOf(kind, {
    configuration: { ...configuration, ecaDefaults: { ...configuration.ecaDefaults, rotation } },
  })
}

describe('refresh token rotation', () => {
  const switches: Record<string, [Fields, PolicyContext, boolean]> = {
    'SF-197: left out, an External Client App rotates': [{}, contextOf('externalClientApp'), true],
    'SF-197: unless ecaDefaults.rotation is off': [{}, withDefault('externalClientApp', false), false],
    'left out, a Connected App does not rotate': [{}, contextOf('connectedApp'), false],
    'ecaDefaults say nothing of a Connected App': [{}, withDefault('connectedApp', true), false],
    'a Connected App can rotate': [{ isRefreshTokenRotationEnabled: true }, contextOf('connectedApp'), true],
    'an app that says no does not rotate': [
      { isRefreshTokenRotationEnabled: false },
      contextOf('externalClientApp'),
      false,
    ],
  }
  for (const [sentence, [fields, context, on]] of Object.entries(switches))
    test(sentence, () => deepEqual(policy.parse(fields, context), { ok: true, value: { on } }))

  test('SF-187: on, each exchange replaces the token; off, the token stays', () => {
    for (const request of [refreshing(), exchanging()]) {
      equal(boundTo(policy, { isRefreshTokenRotationEnabled: true }).terms?.(widestTerms, request).rotate, true)
      equal(boundTo(policy, { isRefreshTokenRotationEnabled: false }).terms?.(widestTerms, request).rotate, false)
    }
  })

  test('it has no vote: what is reuse is judged by the token, whether rotation is on now or not', () =>
    equal(policy.guard, undefined))
})
