/** The store's ceiling: the org's own tables and a rotation's own statements on node:sqlite, `--members N` a transaction, and no HTTP,
 *  no token, no decision. Only transactions are on the clock; what they bind is made between them.
 *  Standard output: one JSON line with rotations a second; latencies are those of a transaction. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { migrations } from '../../src/org/store/migrations.ts'
import type { Statement } from '../../src/storage/program.ts'
import type { LoadReport } from '../load/job.ts'
import { machineCpuSeconds } from '../load/process-cpu.ts'
import { Samples } from '../load/samples.ts'
import { rotationStatements } from '../run/statements.ts'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    members: { type: 'string', default: '64' },
    warmup: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '5' },
  },
})
if (values.folder === undefined) throw new Error('--folder DIR is missing: where the database goes')
const grants = Array.from({ length: Number(values.members) }, () => randomBytes(16).toString('base64url'))
const db = openDatabase(join(values.folder, 'raw.db'))
const prepared = new Map<string, StatementSync>()
const samples = new Samples()
let generation = 0
let historyId = 0

runFor(Number(values.warmup))
samples.clear()
const before = cpuSeconds()
const measured = runFor(Number(values.seconds))
const after = cpuSeconds()
const rotations = samples.count * grants.length
const report: LoadReport = {
  replies: rotations,
  errors: 0, // a statement or commit that fails throws, and the runner sees the exit
  firstErrors: [],
  postponed: 0,
  seconds: measured.seconds,
  perSecond: rotations / measured.seconds,
  latencyMs: samples.latency(),
  replyBytes: 0,
  loadCpu: 0,
  serverCpu: measured.cpuSeconds / measured.seconds,
  othersCpu: before.machine === null || after.machine === null ? null : othersCpu(after.machine - before.machine),
  refreshTokens: [],
}
process.stdout.write(JSON.stringify(report))

function cpuSeconds(): { readonly at: number; readonly own: number; readonly machine: number | null } {
  const { user, system } = process.cpuUsage()
  return { at: performance.now() / 1000, own: (user + system) / 1e6, machine: machineCpuSeconds() }
}

/** Over the whole run, what is made between the transactions included. */
function othersCpu(machineSeconds: number): number {
  return Math.max(0, machineSeconds - (after.own - before.own)) / (after.at - before.at)
}

function openDatabase(path: string): DatabaseSync {
  const opened = new DatabaseSync(path)
  opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  for (const { sql } of migrations) opened.exec(sql)
  opened.exec(
    `INSERT INTO apps (name, kind, consumer_key, version) VALUES ('Bench', 'externalClientApp', '3MVG9bench', 1)`,
  )
  const insert = opened.prepare(`
    INSERT INTO grants (id, app, user_id, flow, scopes, generation, sequence, token_hash, oldest_key, epoch, authorized_at, last_used_at, not_before, uses, addresses)
    VALUES (?, 'Bench', '005000000000001AAA', 'web_server', 'api refresh_token', 0, 0, ?, 1, 1, 0, 0, 0, 0, '[]')`)
  for (const id of grants) insert.run(id, freshHash())
  return opened
}

function freshHash(): string {
  return randomBytes(32).toString('base64url')
}

function runFor(seconds: number): { readonly seconds: number; readonly cpuSeconds: number } {
  let milliseconds = 0
  let cpuMicroseconds = 0
  while (milliseconds < seconds * 1000) {
    const members = nextRotations()
    const cpu = process.cpuUsage()
    const began = performance.now()
    commit(members)
    const lasted = performance.now() - began
    const { user, system } = process.cpuUsage(cpu)
    samples.add(lasted)
    milliseconds += lasted
    cpuMicroseconds += user + system
  }
  return { seconds: milliseconds / 1000, cpuSeconds: cpuMicroseconds / 1e6 }
}

function nextRotations(): readonly (readonly Statement[])[] {
  const at = Date.now()
  const from = generation
  generation += 1
  return grants.map((grant) => {
    historyId += 8
    return rotationStatements({ grant, generation: from, at, historyId, hash: freshHash() })
  })
}

function commit(members: readonly (readonly Statement[])[]): void {
  db.exec('BEGIN IMMEDIATE')
  for (const member of members)
    for (const { sql, params } of member) {
      const { changes } = prepare(sql).run(...params)
      if (changes !== 1) throw new Error(`${changes} rows were changed instead of one by ${sql}`)
    }
  db.exec('COMMIT')
}

function prepare(sql: string): StatementSync {
  const known = prepared.get(sql)
  if (known !== undefined) return known
  const made = db.prepare(sql)
  prepared.set(sql, made)
  return made
}
