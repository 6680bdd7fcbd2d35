/** A small key and value table that every system's storage has: epochs, clock offsets, what was last applied. */
import { one, run, type Program } from './program.ts'

export function* readMeta(key: string): Program<string | undefined> {
  const row = yield* one<{ value: string }>('SELECT value FROM sallyport_meta WHERE key = ?', key)
  return row?.value
}

export function* writeMeta(key: string, value: string): Program<void> {
  const upsert =
    'INSERT INTO sallyport_meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'
  yield* run(upsert, key, value)
}
