import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonApi } from './json-api.ts'
import { keeperCanary } from './keeper-canary.ts'

type Answers = Readonly<Record<string, { readonly status: number; readonly body: Readonly<Record<string, unknown>> }>>

const good = { status: 200, body: { egress: '192.0.2.1' } }
const doubt = { status: 503, body: { code: 'IN_DOUBT', detail: 'The token was sent, and the answer was 503.' } }
const over = { status: 409, body: { code: 'REAUTHORIZATION_REQUIRED', detail: 'revoked' } }
const notAdmitted = (cause: string) => ({ status: 502, body: { code: 'IP_REFUSED', explanations: [{ cause }] } })

/** Results of so many redemptions one after the other, and which canaries were asked. */
async function redeemed(answers: Answers, times: number): Promise<readonly [readonly string[], readonly string[]]> {
  const asked: string[] = []
  const api: JsonApi = {
    async ask(_method, path) {
      const [, , connection = ''] = path.split('/')
      asked.push(connection)
      return await Promise.resolve({ ...(answers[connection] ?? over), etag: undefined })
    },
  }
  const canary = keeperCanary({ api, connections: Object.keys(answers), egressOf: () => Promise.resolve('a') })
  const results: string[] = []
  for (let n = 0; n < times; n += 1) results.push((await canary.redeem('192.0.2.1')).result)
  return [results, asked]
}

describe('of several canaries', () => {
  test('the first is asked as long as it redeems', async () =>
    deepEqual(await redeemed({ one: good, two: good }, 2), [
      ['success', 'success'],
      ['one', 'one'],
    ]))

  test('the next is asked at once where one is of no more use, and nobody can redeem where all are', async () => {
    deepEqual(await redeemed({ one: over, two: good }, 1), [['success'], ['one', 'two']])
    deepEqual(await redeemed({ one: over, two: over }, 1), [['spent'], ['one', 'two']])
  })

  test('one of whose token nobody knows what became of it stands back, and no other is put in doubt by the same trouble', async () =>
    deepEqual(await redeemed({ one: doubt, two: good, three: good }, 3), [
      ['unclear', 'success', 'success'],
      ['one', 'two', 'two'],
    ]))

  test('each has its turn again where none has a verdict', async () =>
    deepEqual(await redeemed({ one: doubt, two: doubt }, 3), [
      ['unclear', 'unclear', 'unclear'],
      ['one', 'two', 'one'],
    ]))
})

test('L-96: a refusal is the list’s own, and not that of a profile, whose ranges and login hours have the same code', async () => {
  deepEqual(await redeemed({ one: notAdmitted('blocked-address') }, 1), [['refused'], ['one']])
  deepEqual(await redeemed({ one: notAdmitted('login-restriction') }, 1), [['unclear'], ['one']])
})
