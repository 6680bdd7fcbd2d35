/** The gateway's real store, in memory; with a statement of the tests' own, and with failures on demand. */
import { ok } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { migrations } from '../../src/gateway/store/migrations.ts'
import { writes, type GatewayWrites } from '../../src/gateway/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import { all, type SqlValue } from '../../src/storage/program.ts'
import type { Storage, WriteResult } from '../../src/storage/storage.ts'

export type GatewayStore = Storage<GatewayWrites>

/** `sqlite::memory:`, or a folder's file. */
export async function openGatewayStore(t: Pick<TestContext, 'after'>, url = 'sqlite::memory:'): Promise<GatewayStore> {
  const storage = await openStorage({
    ...{ url, system: 'gateway', migrations, writes },
    writesModule: new URL('../../src/gateway/store/writes.ts', import.meta.url),
  })
  t.after(() => storage.close())
  return storage
}

export async function rows(storage: GatewayStore, sql: string, ...params: SqlValue[]): Promise<object[]> {
  // plain, since SQLite's rows have no prototype and compare unequal
  return (await storage.read(() => all<Record<string, SqlValue>>(sql, ...params))).map((row) => ({ ...row }))
}

export function committed<T>(result: WriteResult<T>): T {
  ok(result.kind === 'committed', `the write was ${result.kind}`)
  return result.value
}

/** What becomes of a write: `lost` is committed and reported as unknown, `failed` and `dropped` are not done. */
export type Fate = 'committed' | 'failed' | 'dropped' | 'unknown' | 'lost'

/** The same store, whose writes meet their fate. */
export function bentStore(storage: GatewayStore, fate: () => Fate): GatewayStore {
  return {
    engine: storage.engine,
    read: (program) => storage.read(program),
    backup: (path) => storage.backup(path),
    close: () => storage.close(),
    async write(name, input, terms) {
      const cause = new Error('bent')
      switch (fate()) {
        case 'committed':
          return await storage.write(name, input, terms)
        case 'failed':
          return { kind: 'failed', cause }
        case 'dropped':
          return { kind: 'dropped', why: 'queue-full' }
        case 'unknown':
          return { kind: 'unknown', cause }
        case 'lost':
          await storage.write(name, input, terms)
          return { kind: 'unknown', cause }
      }
    },
  }
}
