import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  committed,
  establish,
  newGrant,
  nextId,
  openOrgStore,
  record,
  sampleGrantId,
  start,
  type OrgStore,
} from '../../../test/org-parts/store.ts'
import type { AlertEntry } from './alerts.ts'

const grants = (store: OrgStore) => store.rows('SELECT * FROM grants ORDER BY id')
const refusals = (store: OrgStore) => store.row('SELECT * FROM grant_refusals WHERE grant_id = ?', sampleGrantId)
const denied = (about = {}) =>
  record(nextId(), { status: 'Restricted IP', decision: 'refresh_token_ip_allowlist', ...about })
const alert = (): AlertEntry => ({
  ...{
    id: nextId(),
    at: start,
    kind: 'replay',
    app: 'Billing',
    grantId: sampleGrantId,
    address: null,
    detail: 'again',
  },
})
const count = async (store: OrgStore, table: string) =>
  Number((await store.row(`SELECT count(*) AS n FROM ${table}`))?.['n'])

describe('a refusal', () => {
  test('L-24: changes no row of grants; it is counted beside them, with its record', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const before = [await grants(store), await store.rows('SELECT * FROM codes')]
    committed(await store.storage.write('refuse', { history: denied() }))
    committed(await store.storage.write('refuse', { history: denied({ at: start + 5, decision: 'in_flight' }) }))
    deepEqual([await grants(store), await store.rows('SELECT * FROM codes')], before)
    deepEqual(
      { ...(await refusals(store)) },
      {
        ...{ grant_id: sampleGrantId, refusals: 2, last_at: start + 5, last_decision: 'in_flight' },
      },
    )
    equal(await count(store, 'alerts'), 0)
  })

  test('of nobody’s grant is a record and nothing else', async (t) => {
    const store = await openOrgStore(t)
    committed(await store.storage.write('refuse', { history: denied({ grantId: null }) }))
    equal(await count(store, 'login_history'), 1)
    equal(await count(store, 'grant_refusals'), 0)
  })

  test('writes its alert', async (t) => {
    const store = await openOrgStore(t)
    committed(await store.storage.write('refuse', { history: denied(), alert: alert() }))
    equal(await count(store, 'alerts'), 1)
  })

  const final = (sequence: number) => ({ grant: sampleGrantId, reason: 'expired', at: start + 9, sequence })
  test('SF-182: a final one ends the grant and erases what was kept for its parent', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await store.sql('UPDATE grants SET sealed_successor = ?, parent_open_since = ?', Uint8Array.of(1), start)
    const [before] = await grants(store)
    committed(await store.storage.write('refuse', { history: denied(), ends: final(1) }))
    const end = { ended: 'expired', ended_at: start + 9, sealed_successor: null, parent_open_since: null }
    deepEqual(await grants(store), [{ ...before, ...end }])
  })

  test('a final one is void once the grant was redeemed since: it is recorded, and the grant lives', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    const before = await grants(store)
    committed(await store.storage.write('refuse', { history: denied(), ends: final(0) }))
    deepEqual(await grants(store), before)
    equal((await refusals(store))?.['refusals'], 1)
  })

  test('a grant that has ended keeps its first reason', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await store.sql(`UPDATE grants SET ended = 'revoked', ended_at = 1`)
    committed(await store.storage.write('refuse', { history: denied(), ends: final(1) }))
    deepEqual(
      (await grants(store)).map((row) => [row['ended'], row['ended_at']]),
      [['revoked', 1]],
    )
  })
})

describe('a replay', () => {
  const plan = (at: number) => ({
    ...{ grant: sampleGrantId, at, reason: 'replayed', alert: alert() },
    history: record(nextId(), { at, status: 'Failed', decision: 'reuse' }),
  })

  test('SF-194: ends the family, erases the sealed successor, alerts and records, all at once', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await store.sql('UPDATE grants SET sealed_successor = ?, parent_open_since = ?', Uint8Array.of(1), start)
    const [before] = await grants(store)
    equal(committed(await store.storage.write('revokeFamily', plan(start + 3))), true)
    const end = { ended: 'replayed', ended_at: start + 3, sealed_successor: null, parent_open_since: null }
    deepEqual(await grants(store), [{ ...before, ...end }])
    equal(await count(store, 'alerts'), 1)
    equal((await refusals(store))?.['last_decision'], 'reuse')
  })

  test('a second one adds to the record and changes nothing else', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    committed(await store.storage.write('revokeFamily', plan(start + 3)))
    const [ended, records] = [await grants(store), await count(store, 'login_history')]
    equal(committed(await store.storage.write('revokeFamily', plan(start + 99))), false)
    deepEqual(await grants(store), ended)
    equal(await count(store, 'login_history'), records + 1)
    equal(await count(store, 'alerts'), 1)
    equal((await refusals(store))?.['refusals'], 2)
  })

  test('L-19: leaves the user’s other families alive', async (t) => {
    const store = await openOrgStore(t)
    await establish(store)
    await establish(store, newGrant({ id: 'f'.repeat(32) }))
    committed(await store.storage.write('revokeFamily', plan(start)))
    deepEqual(
      (await grants(store)).map((row) => row['ended']),
      ['replayed', null],
    )
  })
})
