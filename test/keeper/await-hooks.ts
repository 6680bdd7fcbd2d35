/** Loaded before a program (`--import`): every `await` on the way of an exchange becomes a place that the program hears of. KEEPER_PLACES names the file
 *  that `writePlaces` made. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const made = new Map<string, string>(JSON.parse(readFileSync(process.env['KEEPER_PLACES'] ?? '', 'utf8')))

registerHooks({
  load(url, context, next) {
    const source = made.get(url)
    return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true }
  },
})
