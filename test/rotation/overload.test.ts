import { equal, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startBentOrg } from '../kit/bent-org.ts'
import type { TestOrg } from '../../src/testing.ts'
import { manyUsers, userNamed } from './many-users.ts'
import { openStallingStorage, type Stall } from './stalling-storage.ts'
import { redeemerOf, type Redeemer } from './redeem.ts'

const clients = 100

describe('clients that give up under load', () => {
  let org: TestOrg
  let client: Redeemer
  let stall: Stall
  before(async () => {
    const stalling = openStallingStorage()
    stall = stalling.stall
    org = await startBentOrg({
      storage: 'file',
      users: manyUsers(clients),
      environment: { openStorage: stalling.openStorage },
    })
    client = redeemerOf(org.url, org.client)
  })
  after(async () => {
    client.close()
    await org.close()
  })

  test('P-03: a member whose client has gone is dropped unspent, so that no grant is lost', async () => {
    const grants = await Promise.all(
      Array.from({ length: clients }, (_, nth) => org.grant({ username: userNamed(nth) })),
    )
    const letGo = stall() // what comes now waits for its transaction
    await Promise.all(grants.map(({ refresh_token }) => client.abandon(refresh_token)))
    // whoever is answered now was heard after all of them had hung up
    for (let times = 0; times < 2; times += 1) equal((await fetch(`${org.url}/healthz`)).status, 200)
    await letGo()
    const retries = await Promise.all(grants.map(({ refresh_token }) => client.redeem(refresh_token)))
    equal(
      retries.filter(({ status }) => status === 200).length,
      clients,
      'a grant was spent for a client that had left',
    )
  })

  test('P-03: a member whose deadline has passed is told 503 and stays unspent', async () => {
    const grant = await org.grant({ username: userNamed(0) })
    const letGo = stall() // for as long as the request may wait for its transaction
    const answer = await client.redeem(grant.refresh_token)
    await letGo()
    equal(answer.status, 503)
    ok(answer.body['error'] !== 'invalid_grant', 'a busy store is no verdict on the token (L-13)')
    equal((await client.redeem(grant.refresh_token)).status, 200)
  })
})
