import { equal, notEqual, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openStorage } from '../../src/storage/open.ts'
import { all } from '../../src/storage/program.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { OrgEnvironment } from '../../src/org/org.ts'
import type { OrgWrites } from '../../src/org/store/writes.ts'
import { startBentOrg } from '../kit/bent-org.ts'
import type { TestOrg } from '../../src/testing.ts'
import { dead, redeemerOf, type Answer, type Redeemer } from './redeem.ts'

/** The n-th call of the store fails, whichever it is: a read, a BEGIN, a statement or a COMMIT. */
class Failing {
  #left = Number.POSITIVE_INFINITY
  struck: string | undefined
  storage: Storage<OrgWrites> | undefined

  arm(nth: number): void {
    this.#left = nth
  }

  readonly inject = ({ op, sql }: { readonly op: string; readonly sql?: string }): void => {
    this.#left -= 1
    if (this.#left !== 0) return
    this.struck = `${op} ${sql ?? ''}`.slice(0, 60)
    throw new Error('the disk is gone for a moment')
  }

  disarm(): void {
    this.#left = Number.POSITIVE_INFINITY
  }
}

type Run = { readonly org: TestOrg; readonly client: Redeemer; readonly failing: Failing }

/** A client that takes 503 for what it says: nothing happened, the same request may come again (L-13). */
async function patiently({ client }: Run, token: string): Promise<{ readonly answer: Answer; readonly tries: number }> {
  for (let tries = 1; tries <= 3; tries += 1) {
    const answer = await client.redeem(token)
    if (answer.status !== 503) return { answer, tries }
    notEqual(answer.body['error'], 'invalid_grant', 'a failing store is no verdict on the token')
  }
  throw new Error('the store failed once and never recovered')
}

async function story(run: Run): Promise<void> {
  const grant = await run.org.grant()
  const bystander = await run.org.grant()
  run.failing.arm(currentNth)
  const first = await patiently(run, grant.refresh_token)
  equal(first.answer.status, 200, `a failure at ${run.failing.struck} cost the client its grant`)
  const second = await patiently(run, first.answer.body['refresh_token'] ?? '')
  equal(second.answer.status, 200, `a failure at ${run.failing.struck} cost the client its grant`)
  const replay = await patiently(run, grant.refresh_token)
  equal(replay.answer.status, 400, 'a spent token was accepted')
  equal(replay.answer.body['error_description'], dead)
  run.failing.disarm()
  equal(
    (await run.client.redeem(second.answer.body['refresh_token'] ?? '')).status,
    400,
    'the family outlived its replay',
  )
  equal((await run.client.redeem(bystander.refresh_token)).status, 200, 'another family died with it')
  await everyDecisionHasItsRecord(run)
}

async function everyDecisionHasItsRecord({ failing }: Run): Promise<void> {
  const rows = await failing.storage?.read(() =>
    all<{ decision: string; count: number }>('SELECT decision, count(*) AS count FROM login_history GROUP BY decision'),
  )
  const counts = new Map((rows ?? []).map(({ decision, count }) => [decision, count]))
  ok((counts.get('allowed') ?? 0) >= 2 + 2 + 2 + 1, 'a success has no record') // two codes, their exchanges, two redemptions, the bystander's
  ok((counts.get('reuse') ?? 0) >= 1, 'the replay has no record')
  equal(counts.get('revoked'), 1, 'the refusal after it has no record')
}

let currentNth = 0

async function openFailing(
  failing: Failing,
  options: Parameters<OrgEnvironment['openStorage']>[0],
): Promise<Storage<OrgWrites>> {
  failing.storage = await openStorage({ ...options, inject: failing.inject })
  return failing.storage
}

describe('the n-th failure of the store', () => {
  test('never costs a grant, never lets a spent token through, never leaves a decision without its record', async () => {
    const struck: string[] = []
    for (currentNth = 1; ; currentNth += 1) {
      const failing = new Failing()
      const org = await startBentOrg({
        environment: {
          openStorage: (options) => openFailing(failing, options),
        },
      })
      const client = redeemerOf(org.url, org.client)
      try {
        await story({ org, client, failing })
      } finally {
        client.close()
        failing.disarm()
        await org.close()
      }
      if (failing.struck === undefined) break // a whole run in which nothing failed: every call has had its turn
      struck.push(failing.struck)
    }
    ok(struck.length > 12, `only ${struck.length} calls were failed: ${struck.join(' | ')}`)
    for (const op of ['read', 'begin', 'statement', 'commit'])
      ok(
        struck.some((point) => point.startsWith(op)),
        `no ${op} was failed`,
      )
  })
})
