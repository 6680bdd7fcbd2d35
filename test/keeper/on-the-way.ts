/** The files that an exchange goes through, every `await` of them a place to be killed at: what decides on its steps, what keeps a reply, and what talks to
 *  the org. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { awaitsIn, withPoints, type AwaitPlace } from './await-points.ts'

const keeper = new URL('../../src/keeper/', import.meta.url)
const patterns = [
  'refresh/**/*.ts',
  'transport/**/*.ts',
  'vault/spool*.ts',
  'vault/{envelope,data-keys}.ts',
  'access.ts',
]

/** By their path from `src/keeper/`. */
export const onTheWay: readonly string[] = globSync(patterns, { cwd: fileURLToPath(keeper) })
  .filter((path) => !path.endsWith('.test.ts'))
  .toSorted()

const textOf = (path: string): string => readFileSync(new URL(path, keeper), 'utf8')

export const placesIn = (path: string): readonly AwaitPlace[] => awaitsIn(path, textOf(path))

/** What `await-hooks.ts` loads in their stead. */
export function writePlaces(file: string): void {
  const made = onTheWay.map((path) => [new URL(path, keeper).href, withPoints(path, textOf(path))])
  writeFileSync(file, JSON.stringify(made))
}
