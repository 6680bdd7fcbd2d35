/** `npm run check`: every gate that needs no running system, in one command and one line. */
import { check } from './gates/all.ts'

const { summary, wrong } = await check()
if (wrong.length > 0) console.error(`${wrong.join('\n')}\n`)
console.log(summary)
process.exitCode = wrong.length > 0 ? 1 : 0
