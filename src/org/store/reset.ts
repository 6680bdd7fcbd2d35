/** Forgetting what has happened, for tests: grants, codes, sessions and records go; what was configured stays. */
import { run, type Program } from '../../storage/program.ts'

const tables = [
  'grants',
  'grant_refusals',
  'codes',
  'access_tokens',
  'browser_sessions',
  'devices',
  'verification_codes',
  'login_history',
  'junk',
  'address_use',
  'alerts',
] as const

export function* reset(_nothing: Record<string, never>): Program<void> {
  for (const table of tables) yield* run(`DELETE FROM ${table}`)
}
