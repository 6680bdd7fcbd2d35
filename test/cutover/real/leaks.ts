/** Secrets that a cutover has gone about with, where it has left them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './place.ts'
import type { Runner } from './runner.ts'

/** `WHICH in WHERE`, for each that was found; how many files were looked at. */
export function leaksOf(place: Place, runner: Runner): { readonly found: readonly string[]; readonly files: number } {
  const secrets: Readonly<Record<string, readonly string[]>> = {
    'the admin token of the org': [place.org.token],
    'the admin token of the gateway': [place.gateway.token],
    'the token of the keeper': [place.keeper.token],
    'the password of the gateway': [place.gateway.password],
    'the consumer secret': [place.org.clientSecret],
    'a refresh token': place.load.tokens(),
  }
  const files = readdirSync(runner.folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  const texts = files.map((each) => [each.name, readFileSync(join(each.parentPath, each.name), 'latin1')] as const)
  const found = Object.entries(secrets).flatMap(([which, values]) =>
    [...texts, ['what it printed', runner.printed()] as const]
      .filter(([, text]) => values.some((value) => value !== '' && text.includes(value)))
      .map(([where]) => `${which} in ${where}`),
  )
  return { found, files: files.length }
}
