/** Which way SQLite takes through 100,000 connections for what is asked all the time. */
import { doesNotMatch, match, ok } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { canary } from '../../../test/keeper/store.ts'
import type { Program, Statement } from '../../storage/program.ts'
import { findOpenAttempts } from './attempt-row.ts'
import { findConnection } from './connection-row.ts'
import { findEvents } from './events.ts'
import { countFlying, restingHosts } from './login-hosts.ts'
import { migrations } from './migrations.ts'
import { pruneKeeper } from './prune.ts'
import { countStates, findAccess, findConnections } from './read-connections.ts'
import { dueConnections, nextDueAt, strandedConnections } from './read-due.ts'
import { findWrappedConnections } from './rewrap.ts'

const pruning = {
  eventsBefore: 1,
  attemptsBefore: 1,
  introspectionsBefore: 1,
  removedBefore: 1,
  keepEvents: 1,
  most: 1,
}
const asked: Record<string, [program: Program<unknown>, through: RegExp]> = {
  'one connection': [findConnection(canary), /SEARCH c USING INDEX sqlite_autoindex_connections_1 /],
  'an access token': [findAccess(canary), /SEARCH connections USING INDEX sqlite_autoindex_connections_1 /],
  'what is due': [dueConnections({ now: 1, limit: 1 }), /SEARCH c USING (COVERING )?INDEX connections_by_due/],
  'when the next one is due': [nextDueAt(), /USING COVERING INDEX connections_by_due/],
  'what was left open': [strandedConnections({ limit: 1 }), /a USING INDEX attempts_open[^]*SEARCH c USING INDEX/],
  'what is open of one connection': [findOpenAttempts(canary), /SEARCH attempts USING INDEX attempts_open/],
  'a page of connections': [findConnections({ tenant: 'acme', limit: 1 }), /SEARCH c USING INDEX sqlite_autoindex/],
  'exchanges under way': [
    countFlying('https://login.example.com', 1, 'acme'),
    /a USING (COVERING )?INDEX attempts_flying[^]*SEARCH c USING INDEX/,
  ],
  'how many are in which state': [countStates(null), /SCAN connections USING COVERING INDEX connections_by_state/],
  'hosts that rest': [restingHosts(1), /SEARCH login_hosts USING (COVERING )?INDEX login_hosts_resting/],
  'new events': [findEvents({ tenant: 'acme', after: 1, limit: 1 }), /SEARCH events USING PRIMARY KEY/],
  'keys to be wrapped anew': [findWrappedConnections('k1', 1), /SEARCH connections USING INDEX connections_by_key/],
  'what is to be pruned': [
    pruneKeeper(pruning),
    /events_by_time[^]*SEARCH e USING[^]*attempts_by_close[^]*introspections_by_time[^]*connections_by_due[^]*authorizations_by_end[^]*tickets_by_end/,
  ],
}

describe('no table is read through for', () => {
  for (const [sentence, [program, through]] of Object.entries(asked))
    test(sentence, () => {
      const plan = planOf(program)
      match(plan, through)
      // an index that holds only what is asked for may be read through; event counters are one a tenant
      doesNotMatch(
        plan,
        /SCAN (?!a USING INDEX attempts_(?:open|flying)|connections USING COVERING INDEX connections_by_due|connections USING COVERING INDEX connections_by_state|counted\b|n\b)/,
      )
    })
})

function planOf(program: Program<unknown>): string {
  const database = new DatabaseSync(':memory:')
  for (const { sql } of migrations) database.exec(sql.replaceAll('/* clustered */', 'WITHOUT ROWID'))
  const texts = [...textsOf(program)]
  ok(texts.length > 0)
  const lines = texts.flatMap((text) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${text}`)
      .all()
      .map(({ detail }) => detail),
  )
  database.close()
  return lines.join('\n')
}

/** Drives the program over an empty store. */
function* textsOf(program: Program<unknown>): Generator<string> {
  for (let step = program.next(); step.done !== true; step = program.next(emptyOf(step.value)))
    if (step.value.want !== 'now') yield step.value.sql
}

function emptyOf({ want }: Statement): unknown {
  if (want === 'all') return []
  return want === 'changes' || want === 'now' ? 0 : undefined
}
