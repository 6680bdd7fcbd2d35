/** `npm run keeper:crash-table`: kills and cuts everywhere, writes docs/reference/keeper-crash-table.md, and prints it. Takes a quarter of an hour. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { pageOf } from './crash-report.ts'
import { showAll } from './crash.ts'

const page = new URL('../../docs/reference/keeper-crash-table.md', import.meta.url).pathname
const ends: (() => unknown)[] = []
const { report, wrong } = await showAll({ after: (end) => void ends.push(end) })
for (const end of ends) await end()
writeFileSync(page, pageOf(report))
execFileSync('prettier', ['--write', page])
console.log(readFileSync(page, 'utf8'))
for (const each of wrong) console.log(each)
process.exitCode = wrong.length > 0 ? 1 : 0
