/** A gateway in a process of its own, to be measured, signalled and killed: `node --expose-gc child-gateway.ts WISH`, with the wish as JSON. Prints
 *  one JSON line; answers each message of its parent with what it holds at that moment. */
import { systemEnvironment } from '../../src/system.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import { secret } from '../../src/values/secret.ts'
import { gatewayConfiguration } from './kit.ts'
import type { ChildWish, Held } from './child.ts'

const wish = JSON.parse(process.argv[2] ?? '{}') as ChildWish
const ends = new Map<string, number>()
const log = {
  info(event: string, fields: Readonly<Record<string, unknown>> = {}) {
    if (event !== 'tunnel') return
    const how = String(fields['why'] ?? fields['end'])
    ends.set(how, (ends.get(how) ?? 0) + 1)
  },
  warn: () => undefined,
  error: (event: string, fields?: object) => console.error(event, fields),
}
const configuration = gatewayConfiguration(wish.healthTarget, wish)
const running = await openGateway(systemEnvironment(log), {
  configuration: {
    ...configuration,
    ...(wish.via === undefined ? {} : { egress: [{ name: 'a', via: secret(wish.via) }] }),
  },
  storage: wish.storage ?? 'sqlite::memory:',
  onFault(cause) {
    throw cause
  },
})
await running.parts.pool.probeNow()

process.on('message', () => {
  void answer()
})
process.on('SIGTERM', () => void drain())
const { url, adminUrl, adminToken } = running
console.log(JSON.stringify({ url, adminUrl, adminToken: adminToken.token.expose() }))

async function drain(): Promise<void> {
  await running.close()
  console.log(JSON.stringify({ ends: Object.fromEntries(ends) }))
  process.disconnect()
}

async function answer(): Promise<void> {
  await running.parts.meter.flush()
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  const held: Held = {
    ...{ heapUsed, external, arrayBuffers, rss, live: running.parts.meter.live().length },
    ends: Object.fromEntries(ends),
    usage: await running.parts.meter.usage({}),
  }
  process.send?.(held)
}
