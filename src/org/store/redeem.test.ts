import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  committed,
  establish,
  nextId,
  openOrgStore,
  record,
  sampleGrantId,
  start,
  type OrgStore,
} from '../../../test/org-parts/store.ts'
import type { AlertEntry } from './alerts.ts'
import { packRedemption, type RedeemOutcome, type RedeemPlan } from './redeem.ts'

const plan = (about: Partial<RedeemPlan> = {}): RedeemPlan => ({
  grant: sampleGrantId,
  app: 'Billing',
  expects: { sequence: 1, generation: 0, settingsVersion: 1 },
  sets: {
    ...{
      sequence: 2,
      generation: 1,
      tokenHash: 'hash of generation 1',
      parentOpenSince: start,
      oldestKey: 1,
      epoch: 0,
    },
    ...{ sealedSuccessor: Uint8Array.of(1, 2, 3), lastUsedAt: start + 1, addresses: '192.0.2.2 192.0.2.1' },
  },
  won: record(nextId()),
  alerts: [],
  lost: record(nextId(), { status: 'Failed', decision: 'in_flight' }),
  ...about,
})
const redeem = async (store: OrgStore, about: Partial<RedeemPlan> = {}): Promise<RedeemOutcome> =>
  committed(await store.storage.write('redeem', packRedemption(plan(about))))
const grantOf = (store: OrgStore) => store.row('SELECT * FROM grants WHERE id = ?', sampleGrantId)
const decisions = async (store: OrgStore) =>
  (await store.rows(`SELECT decision FROM login_history WHERE sub_type = 'refresh_token' ORDER BY id`)).map(
    ({ decision }) => decision,
  )

describe('spending a refresh token', () => {
  test('sets all that was planned, counts the use and writes the record', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const before = await grantOf(store)
    deepEqual(await redeem(store), { kind: 'won' })
    deepEqual(await grantOf(store), {
      ...before,
      ...{ sequence: 2, generation: 1, token_hash: 'hash of generation 1', parent_open_since: start, uses: 1 },
      ...{ sealed_successor: Uint8Array.of(1, 2, 3), last_used_at: start + 1, addresses: '192.0.2.2 192.0.2.1' },
    })
    deepEqual(await decisions(store), ['allowed', 'allowed'])
  })

  test('P-02: of two plans that saw the same, one wins, and the other writes the record of its loss', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => redeem(store)))
    equal(outcomes.filter(({ kind }) => kind === 'won').length, 1)
    deepEqual(
      outcomes.filter(({ kind }) => kind !== 'won'),
      Array.from({ length: 9 }, () => ({ kind: 'overtaken', ended: null })),
    )
    equal((await grantOf(store))?.['uses'], 1)
    deepEqual(
      (await decisions(store)).map(String).toSorted((a, b) => a.localeCompare(b)),
      ['allowed', 'allowed', ...Array(9).fill('in_flight')],
    )
  })

  test('L-18: a stale plan never overwrites a newer generation', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await redeem(store)
    const newer = await grantOf(store)
    await redeem(store, { expects: { sequence: 2, generation: 0, settingsVersion: 1 } })
    await redeem(store, { expects: { sequence: 1, generation: 1, settingsVersion: 1 } })
    deepEqual(await grantOf(store), newer)
  })

  test('P-01: changed settings leave no trace at all', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await store.sql('UPDATE apps SET version = 2')
    const before = [await grantOf(store), await store.rows('SELECT * FROM login_history ORDER BY id')]
    deepEqual(await redeem(store), { kind: 'settings-changed' })
    deepEqual([await grantOf(store), await store.rows('SELECT * FROM login_history ORDER BY id')], before)
  })

  test('an app that is gone is a change of its settings', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await store.sql(`DELETE FROM apps WHERE name = 'Billing'`)
    deepEqual(await redeem(store), { kind: 'settings-changed' })
  })

  test('P-01: overtaken counts before changed settings', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await redeem(store)
    await store.sql('UPDATE apps SET version = 2')
    equal((await redeem(store)).kind, 'overtaken')
  })

  test('L-08: a family that ended meanwhile gets no token, and the loser hears why', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await store.sql(`UPDATE grants SET ended = 'revoked', ended_at = ?`, start)
    const before = await grantOf(store)
    deepEqual(await redeem(store), { kind: 'overtaken', ended: 'revoked' })
    deepEqual(await grantOf(store), before)
  })

  test('a grant that is gone is overtaken', async (t) => {
    const store = await openOrgStore(t)
    deepEqual(await redeem(store), { kind: 'overtaken', ended: null })
    deepEqual(await decisions(store), ['in_flight'])
  })

  test('alerts are written by the winner only', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const alert: AlertEntry = {
      ...{ id: nextId(), at: start, kind: 'new-address', app: 'Billing', grantId: sampleGrantId, address: '192.0.2.2' },
      detail: 'new',
    }
    await redeem(store, { alerts: [alert] })
    await redeem(store, { alerts: [{ ...alert, id: nextId() }] })
    deepEqual(
      (await store.rows('SELECT id FROM alerts')).map((row) => row['id']),
      [alert.id],
    )
  })
})
