/** A process of its own that meters into a folder until it is killed. Standard output, each line written before anything else happens:
 *  `carried N` bytes so far (of `steps`), `batch N` when a write begins after so many, `stored N` when that write is known to be durable.
 *  Arguments: folder, `steps` or `timer`, and for a death inside the store its injection plan as JSON. */
import { writeSync } from 'node:fs'
import { migrations } from '../../src/gateway/store/migrations.ts'
import { writes } from '../../src/gateway/store/writes.ts'
import { openMeter } from '../../src/gateway/metering/meter.ts'
import type { InjectionPlan } from '../../src/storage/injection.ts'
import { openStorage } from '../../src/storage/open.ts'
import { instant, milliseconds } from '../../src/values/time.ts'
import { client, noLimits, tunnelOf } from './metered.ts'

const [folder = '', mode = 'steps', plan] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

const storage = await openStorage({
  ...{ url: `sqlite:${folder}`, system: 'gateway', migrations, writes, writer: mode === 'steps' ? 'inline' : 'thread' },
  writesModule: new URL('../../src/gateway/store/writes.ts', import.meta.url),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test's own JSON
  ...(plan === undefined ? {} : { inject: JSON.parse(plan) as InjectionPlan }),
})
let carried = 0
const limits = noLimits('app')
const told: typeof storage = {
  engine: storage.engine,
  read: (program) => storage.read(program),
  backup: (path) => storage.backup(path),
  close: () => storage.close(),
  async write(name, input, terms) {
    const before = carried
    say(`batch ${before}`)
    const result = await storage.write(name, input, terms)
    if (result.kind === 'committed') say(`stored ${before}`)
    return result
  },
}
const meter = await openMeter(
  {
    clock: () => instant(Date.now()),
    monotonic: () => performance.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    storage: told,
    log: { info: () => {}, warn: say, error: say },
    groupOf: () => '*.salesforce.com:443',
  },
  { limits: () => limits, every: () => milliseconds(mode === 'timer' ? 20 : 3_600_000) },
)

meter.permit(client('app'))
const tunnel = tunnelOf('app', 'a')
meter.started(tunnel)

for (;;) {
  carried += 17
  tunnel.up += 10
  tunnel.down += 7
  if (mode === 'steps') {
    say(`carried ${carried}`)
    await meter.flush()
  }
  await new Promise(setImmediate)
}
