import { equal, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { day } from './model.ts'
import { dead, type Answer } from './redeem.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

/** A client whose own clock is a year ahead, and says so. */
async function redeem({ url, client }: TestOrg, token: string, date = new Date('2027-11-21')): Promise<Answer> {
  const answer = await fetch(`${url}/services/oauth2/token`, {
    method: 'POST',
    headers: { 'date': date.toUTCString(), 'x-now': String(date.getTime()) },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client.consumerKey,
      client_secret: client.consumerSecret,
      refresh_token: token,
    }),
  })
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

describe("the store's clock", () => {
  test("P-13: windows and expiries run on it, whatever the caller's clock says", async () => {
    const org = await startOrg({ configuration: { rotationMode: 'overlap', overlapSeconds: 10 } })
    try {
      const { refresh_token: parent } = await org.grant(withoutIdToken)
      equal((await redeem(org, parent)).status, 200, 'a year on the caller’s clock expires nothing')
      await org.clock.advance(9_000)
      equal((await redeem(org, parent)).status, 200, 'nine seconds on the store’s clock are within the window')
      await org.clock.advance(2_000)
      equal((await redeem(org, parent)).body['error_description'], dead, 'eleven are not')
    } finally {
      await org.close()
    }
  })

  test('P-13: what it was put forward by is stored with the data, and holds after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-clock-'))
    try {
      const first = await startOrg({ storage: { folder } })
      const { refresh_token: token } = await first.grant(withoutIdToken)
      await first.clock.advance(31 * day)
      const then = first.clock.now()
      await first.close()
      const second = await startOrg({ storage: { folder } })
      ok(second.clock.now() >= then, 'a restart must not make an expired token young again')
      equal((await redeem(second, token)).body['error_description'], dead)
      await second.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
