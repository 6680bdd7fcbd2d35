import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { dead, inFlight, redeemerOf, type Redeemer } from './redeem.ts'

const rounds = 200
const parallel = 64

/** Every engine set-up that an org can run on: in memory, and on a file with its writer thread. */
for (const storage of ['memory', 'file'] as const) {
  describe(`64 parallel redemptions of one token, ${rounds} times, store in ${storage === 'file' ? 'a file' : 'memory'}`, () => {
    let org: TestOrg
    let client: Redeemer
    before(async () => {
      org = await startOrg({ storage })
      client = redeemerOf(org.url, org.client)
    })
    after(async () => {
      client.close()
      await org.close()
    })

    test('P-02: each time there is one winner, never two and never none, and losers say only SF-53 or SF-49', async () => {
      const seen = { winners: 0, inFlight: 0, dead: 0 }
      for (let round = 0; round < rounds; round += 1) {
        const grant = await org.grant()
        const answers = await Promise.all(Array.from({ length: parallel }, () => client.redeem(grant.refresh_token)))
        const winners = answers.filter(({ status }) => status === 200)
        equal(winners.length, 1, `round ${round}: ${winners.length} winners`)
        const losers = answers.filter(({ status }) => status !== 200)
        for (const { status, body } of losers) {
          equal(status, 400)
          equal(body['error'], 'invalid_grant')
          ok(body['error_description'] === inFlight || body['error_description'] === dead, body['error_description'])
        }
        const replayed = losers.some(({ body }) => body['error_description'] === dead)
        const successor = winners[0]?.body['refresh_token'] ?? ''
        // all in flight: nobody replayed anything, so the winner's successor works; one replay: the family is dead, the winner's included
        equal((await client.redeem(successor)).status, replayed ? 400 : 200, `round ${round}`)
        seen.winners += 1
        seen.dead += losers.filter(({ body }) => body['error_description'] === dead).length
        seen.inFlight += losers.filter(({ body }) => body['error_description'] === inFlight).length
      }
      deepEqual(seen.winners, rounds)
      equal(seen.inFlight + seen.dead, rounds * (parallel - 1))
      ok(seen.inFlight > 0, 'no two requests ever overlapped: the race was not one')
    })
  })
}
