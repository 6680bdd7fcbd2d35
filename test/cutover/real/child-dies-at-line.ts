/** Loaded before the command line (`--import`): the process is killed with SIGKILL at the nth line that it writes into a journal, just before
 *  the line is written, or as soon as it is durable and before anything else. DIES_AT is `before N` or `after N`. */
import { StatementSync, type SQLInputValue, type StatementResultingChanges } from 'node:sqlite'

const [when, nth = ''] = (process.env['DIES_AT'] ?? '').split(' ')
const die = (): void => void process.kill(process.pid, 'SIGKILL')
let written = 0
let isDying = false

type Run = (this: StatementSync, ...values: SQLInputValue[]) => StatementResultingChanges
// oxlint-disable-next-line typescript/unbound-method -- called on each statement below
const run: Run = StatementSync.prototype.run
const runOrDie: Run = function (...values) {
  const isLine = this.sourceSQL.startsWith('INSERT INTO entries')
  if (isLine) written += 1
  const isNth = isLine && written === Number(nth)
  if (isNth && when === 'before') die()
  const done = run.apply(this, values)
  if (isNth) isDying = true
  if (isDying && this.sourceSQL === 'COMMIT') die()
  return done
}
Object.assign(StatementSync.prototype, { run: runOrDie })
