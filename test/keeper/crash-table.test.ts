import { deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { notReached, waitsOfRefresh } from './crash-report.ts'

const page = readFileSync(new URL('../../docs/reference/keeper-crash-table.md', import.meta.url), 'utf8')

test('L-43: the table of crashes knows every wait of src/keeper/refresh; `npm run keeper:crash-table` writes it anew', () => {
  const waits = waitsOfRefresh()
  ok(waits.length > 50, `${waits.length} waits`)
  deepEqual(
    waits.filter((wait) => !lineOf(wait)),
    [],
    'waits that it does not know',
  )
  deepEqual(
    waits.filter((wait) => lineOf(wait)?.endsWith('| never |')),
    [],
    'waits at which nobody was killed',
  )
  deepEqual(
    Object.keys(notReached).filter((wait) => !waits.includes(wait)),
    [],
    'excuses for waits that are not there',
  )
})

const lines = page.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
const lineOf = (wait: string): string | undefined => lines.find((line) => line.startsWith(`| \`${wait}\` |`))
