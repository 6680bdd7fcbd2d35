/** Histories drawn at random, taken by a real org and by the model at once; a difference is shrunk to the shortest history that shows it. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import * as fc from 'fast-check'
import { startBentOrg } from '../kit/bent-org.ts'
import type { TestOrg } from '../../src/testing.ts'
import { instant } from '../../src/values/time.ts'
import { day, Model, type Expected, type Family } from './model.ts'
import { dead, redeemerOf, type Answer, type Redeemer } from './redeem.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

/** The clock stands still but for what the history says, so that a boundary is met to the millisecond. */
const start = instant('2026-01-01')
const near = '127.0.0.11'
const far = '127.0.0.12'
const users = ['a@test.example', 'b@test.example'] as const

type Step =
  | { readonly kind: 'authorize'; readonly user: number }
  | { readonly kind: 'refresh' | 'replay'; readonly family: number; readonly from: string; readonly nth: number }
  | { readonly kind: 'revoke'; readonly family: number }
  | { readonly kind: 'list'; readonly addresses: readonly string[] }
  | { readonly kind: 'rotation'; readonly on: boolean }
  | { readonly kind: 'wait'; readonly days: number }

const anyFamily = fc.nat({ max: 40 })
const anyAddress = fc.oneof({ weight: 4, arbitrary: fc.constant(near) }, { weight: 1, arbitrary: fc.constant(far) })
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  // often enough that many a history passes five approvals in one instant (SF-209)
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('authorize' as const), user: fc.nat({ max: 1 }) }) },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('refresh' as const), family: anyFamily, from: anyAddress, nth: fc.nat() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('replay' as const), family: anyFamily, from: anyAddress, nth: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), family: anyFamily }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      addresses: fc.constantFrom([near], [near, far], [far]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotation' as const), on: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.constantFrom(1, 10, 29, 30, 31, 200) }),
  },
)

/** Throws with the shortest history after which the org differs from the model. */
export async function takeHistories(count: number): Promise<void> {
  const seen = { steps: 0, issued: 0, dead: 0, restricted: 0 }
  const history = fc.array(anyStep, { minLength: 5, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(history, (steps) => takeHistory(steps, seen)),
    { numRuns: count },
  )
  ok(seen.issued > 0 && seen.dead > 0 && seen.restricted > 0, JSON.stringify(seen))
}

async function takeHistory(steps: readonly Step[], seen: Bench['seen']): Promise<void> {
  const org = await startBentOrg({
    users: users.map((username) => ({ username })),
    environment: { clock: () => start },
  })
  const client = redeemerOf(org.url, org.client)
  const distant = redeemerOf(org.url, { ...org.client, from: far })
  try {
    const model = new Model()
    const bench = { model, client, distant, seen }
    await take(org, { kind: 'list', addresses: [near] }, bench)
    await take(org, { kind: 'authorize', user: 0 }, bench)
    for (const each of steps) await take(org, each, bench)
    await compareWithStore(org, model)
  } finally {
    client.close()
    distant.close()
    await org.close()
  }
}

type Bench = {
  readonly model: Model
  readonly client: Redeemer
  readonly distant: Redeemer
  readonly seen: { steps: number; issued: number; dead: number; restricted: number }
}

async function take(org: TestOrg, step: Step, { model, client, distant, seen }: Bench): Promise<void> {
  seen.steps += 1
  switch (step.kind) {
    case 'authorize': {
      const username = users[step.user] ?? users[0]
      model.authorized(username, (await org.grant({ ...withoutIdToken, username })).refresh_token)
      return
    }
    case 'refresh': {
      const family = pick(model, step.family)
      const expected = model.redeem(family, step.from)
      const answer = await (step.from === near ? client : distant).redeem(family.current)
      judge(answer, expected, seen)
      if (answer.status === 200) model.settle(family, answer.body['refresh_token'])
      return
    }
    case 'replay': {
      const family = pick(model, step.family)
      const token = family.spent[step.nth % Math.max(1, family.spent.length)]
      if (token === undefined) return // nothing was spent yet
      const expected = model.replay(family, step.from)
      judge(await (step.from === near ? client : distant).redeem(token), expected, seen)
      return
    }
    case 'revoke': {
      const family = pick(model, step.family)
      const answer = await fetch(`${org.url}/services/oauth2/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ token: family.current }),
      })
      equal(answer.status, family.alive ? 200 : 400) // a repeated revoke fails (SF-113)
      family.alive = false
      return
    }
    case 'list': {
      const ranges = step.addresses.map((address) => ({ startIpAddress: address, endIpAddress: address }))
      const path = `/apps/${org.client.name}/refresh-token-ip-allowlist`
      const answer = await org.admin(path, { method: 'PUT', body: { enforce: true, ranges } })
      equal(answer.status, 200, await answer.text())
      model.listed = step.addresses
      return
    }
    case 'rotation': {
      const body = { globalOauthSettings: { isRefreshTokenRotationEnabled: step.on } }
      const answer = await org.admin(`/apps/${org.client.name}`, { method: 'PATCH', body })
      equal(answer.status, 200, await answer.text())
      model.rotation = step.on
      return
    }
    case 'wait':
      await org.clock.advance(step.days * day)
      model.now += step.days * day
  }
}

function judge({ status, body }: Answer, expected: Expected, seen: Bench['seen']): void {
  const said = JSON.stringify(body)
  switch (expected) {
    case 'issued':
      equal(status, 200, said)
      ok(body['refresh_token'], 'rotation is on')
      seen.issued += 1
      return
    case 'issued, kept':
      equal(status, 200, said)
      equal(body['refresh_token'], undefined, 'rotation is off')
      seen.issued += 1
      return
    case 'dead':
      deepEqual([status, body['error_description']], [400, dead])
      seen.dead += 1
      return
    case 'ip restricted':
      deepEqual([status, body['error_description']], [400, 'ip restricted by app developer'])
      seen.restricted += 1
  }
}

async function compareWithStore(org: TestOrg, model: Model): Promise<void> {
  for (const user of users) {
    const answer = await org.admin(`/oauth-usage?app=${org.client.name}&user=${encodeURIComponent(user)}&limit=200`)
    equal(answer.status, 200)
    const usage: Readonly<Record<string, unknown>> = JSON.parse(await answer.text())
    const rows = Object.values(usage).find(Array.isArray) ?? []
    equal(
      rows.length,
      model.families.filter((family) => family.user === user && family.alive).length,
      `live grants of ${user}`,
    )
  }
}

const pick = (model: Model, nth: number): Family => {
  const family = model.families[nth % model.families.length]
  if (family === undefined) throw new Error('a model begins with one family')
  return family
}
