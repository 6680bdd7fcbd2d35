/** P-60: what is open on an address counts as traffic, unless it can be the canary's own from an address that is to go. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, minutes, seconds } from '../../values/time.ts'
import type { Entry } from './journal.ts'
import type { Plan } from './plan.ts'
import type { Seen } from './seen.ts'
import { stateOf } from './state.ts'
import { shelter } from './steps/shelter.ts'

const at = instant('2026-11-21')
const [old, fresh] = ['192.0.2.1', '198.51.100.1']
const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: [old], to: [fresh] },
  terms: {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
    ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8 },
    ...{ saves: 3, freshness: seconds(5) },
  },
}
const seen: Seen = {
  ...{ at, usedAt: new Map(), strangers: [], silent: [] },
  lists: [{ version: '2', listed: [fresh], others: '', claimed: false }],
  pool: {
    ...{ version: '1', whole: true },
    members: [
      { address: old, mode: 'standby', up: true, tunnels: 1 },
      { address: fresh, mode: 'active', up: true, tunnels: 3 },
    ],
  },
}
const refused: Entry = { at, kind: 'redeemed', list: 0, address: old, result: 'refused', evidence: '' }
const after = (...entries: readonly Entry[]) => {
  const lists = [{ version: '1', listed: [old], others: '', claimed: false }]
  const first: Entry = { at, kind: 'planned', plan, lists }
  return shelter({ state: stateOf([first, ...entries]), seen, now: at })
}

test('on the way back a tunnel from an old address may be of a customer who has not left it, be the canary refused there or not', () => {
  const command = after({ at, kind: 'asked', what: 'rollback' }, refused)
  deepEqual(command?.kind === 'act' && command.act.kind === 'save-list' && command.act.add, [old])
})

test('on the way forth it is that of the canary, which was to be refused', () => equal(after(refused), undefined))
