/** Many redemptions of one token at the same time, again and again: who wins, what the losers are told, and what becomes of the family. */
import { equal, ok } from 'node:assert/strict'
import { startOrg } from '../../src/testing.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'
import { dead, inFlight, redeemerOf, type Redeemer } from './redeem.ts'

export type Race = {
  /** Every engine set-up that an org can run on: in memory, and on a file with its writer thread. */
  readonly storage: 'memory' | 'file'
  readonly rounds: number
  readonly parallel: number
  /** Each redemption, the losers' too, then signs an id_token before it comes to the store: most of what it costs. */
  readonly signing?: boolean
}

/** Throws where a round has two winners, or none, or a loser is told what Salesforce does not say. */
export async function race({ storage, rounds, parallel, signing = false }: Race): Promise<void> {
  const org = await startOrg({ storage })
  const client = redeemerOf(org.url, org.client)
  try {
    let overlapped = 0
    for (let round = 0; round < rounds; round += 1) {
      const { refresh_token: token } = await org.grant(signing ? {} : withoutIdToken)
      overlapped += await judgeRound(client, { token, parallel, round: `round ${round}` })
    }
    ok(overlapped > 0, 'no two requests ever overlapped: the race was not one')
  } finally {
    client.close()
    await org.close()
  }
}

type Round = { readonly token: string; readonly parallel: number; readonly round: string }

/** How many lost to a redemption that was under way. */
async function judgeRound(client: Redeemer, { token, parallel, round }: Round): Promise<number> {
  const answers = await Promise.all(Array.from({ length: parallel }, () => client.redeem(token)))
  const winners = answers.filter(({ status }) => status === 200)
  equal(winners.length, 1, `${round}: ${winners.length} winners`)
  const losers = answers.filter(({ status }) => status !== 200)
  for (const { status, body } of losers) {
    equal(status, 400)
    equal(body['error'], 'invalid_grant')
    ok(body['error_description'] === inFlight || body['error_description'] === dead, body['error_description'])
  }
  const overlapped = losers.filter(({ body }) => body['error_description'] === inFlight).length
  const successor = winners[0]?.body['refresh_token'] ?? ''
  // all in flight: nobody replayed anything, so the winner's successor works; one replay: the family is dead, the winner's included
  equal((await client.redeem(successor)).status, overlapped === losers.length ? 200 : 400, round)
  return overlapped
}
