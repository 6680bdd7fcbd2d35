/** What tells one vault from another, e.g. beside it in a folder that several share. */
import { one, run, type Program } from '../../storage/program.ts'

/** The name that it has, which is the wish where it had none. */
export function* nameVault({ wish }: { readonly wish: string }): Program<string> {
  const named = yield* findVaultName()
  if (named !== undefined) return named
  yield* run('INSERT INTO vault (place, name) VALUES (1, ?)', wish)
  return wish
}

export function* findVaultName(): Program<string | undefined> {
  const row = yield* one<{ name: string }>('SELECT name FROM vault WHERE place = 1')
  return row?.name
}
