/** The store's ceiling: a rotation's statements on node:sqlite, `--members N` a transaction, no HTTP, no token, no decision.
 *  Standard output: one JSON line with rotations a second; latencies are those of a transaction. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import type { LoadReport } from '../load/job.ts'
import { Samples } from '../load/samples.ts'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    members: { type: 'string', default: '64' },
    warmup: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '5' },
  },
})
if (values.folder === undefined) throw new Error('--folder DIR is missing: where the database goes')
const members = Number(values.members)

const db = new DatabaseSync(join(values.folder, 'raw.db'))
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE grants (
    id BLOB PRIMARY KEY, app_id INTEGER NOT NULL, user_id TEXT NOT NULL, scope TEXT NOT NULL, generation INTEGER NOT NULL,
    settings_version INTEGER NOT NULL, token_hash BLOB NOT NULL, key_id INTEGER NOT NULL, issued_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL, use_count INTEGER NOT NULL, last_address TEXT NOT NULL, revoked_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE login_history (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, app_id INTEGER NOT NULL, user_id TEXT NOT NULL, grant_id BLOB NOT NULL,
    address TEXT NOT NULL, status TEXT NOT NULL, decision TEXT NOT NULL
  );
`)

const insertGrant = db.prepare(
  `INSERT INTO grants VALUES (?, 1, '005000000000001AAA', 'refresh_token api id', 0, 1, ?, 1, 1767225600000, 1767225600000, 0, '127.0.0.1', NULL)`,
)
const rotate = db.prepare(
  `UPDATE grants SET generation = ?, token_hash = ?, last_used_at = ?, use_count = use_count + 1, last_address = '127.0.0.1'
   WHERE id = ? AND generation = ? AND settings_version = 1 AND revoked_at IS NULL`,
)
const record = db.prepare(
  `INSERT INTO login_history (at, app_id, user_id, grant_id, address, status, decision)
   VALUES (?, 1, '005000000000001AAA', ?, '127.0.0.1', 'Success', 'refresh_token: allow')`,
)

const grants = Array.from({ length: members }, () => randomBytes(16))
const hashes = Array.from({ length: 1024 }, () => randomBytes(32)) // two successive generations never share one
for (const id of grants) insertGrant.run(id, randomBytes(32))

let generation = 0
function transaction(): void {
  db.exec('BEGIN IMMEDIATE')
  for (const id of grants) {
    const now = Date.now()
    const { changes } = rotate.run(generation + 1, hashes[generation % hashes.length] ?? id, now, id, generation)
    if (changes !== 1) throw new Error(`generation ${generation} was not current: ${changes} rows changed`)
    record.run(now, id)
  }
  db.exec('COMMIT')
  generation += 1
}

const samples = new Samples()
function runFor(seconds: number): number {
  const begin = performance.now()
  for (let now = begin; now - begin < seconds * 1000;) {
    transaction()
    const after = performance.now()
    samples.add(after - now)
    now = after
  }
  return (performance.now() - begin) / 1000
}

runFor(Number(values.warmup))
samples.clear()
const cpuBefore = process.cpuUsage()
const seconds = runFor(Number(values.seconds))
const cpu = process.cpuUsage(cpuBefore)
const rotations = samples.count * members
const report: LoadReport = {
  replies: rotations,
  errors: 0, // a statement or commit that fails throws, and the runner sees the exit
  firstErrors: [],
  seconds,
  perSecond: rotations / seconds,
  latencyMs: samples.latency(),
  replyBytes: 0,
  loadCpu: 0,
  serverCpu: (cpu.user + cpu.system) / 1e6 / seconds,
  refreshTokens: [],
}
process.stdout.write(JSON.stringify(report))
