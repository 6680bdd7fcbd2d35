/** A gateway in a process of its own, to be measured, signalled and killed: `node child-gateway.ts WISH`, with the wish as JSON. Prints
 *  one JSON line; answers each message of its parent with what it holds at that moment. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemEnvironment } from '../../src/system.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import { secret } from '../../src/values/secret.ts'
import { gatewayConfiguration } from './kit.ts'
import type { ChildWish, Held, Question } from './child.ts'

// not as an argument of node: under other flags V8 takes nothing of what was compiled before, and who is killed keeps nothing for the next one
setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
setFlagsFromString('--no-expose-gc')

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

process.on('message', (question: Question) => {
  void answer(question)
})
process.on('SIGTERM', () => void drain())
const { url, adminUrl, adminToken } = running
console.log(JSON.stringify({ url, adminUrl, adminToken: adminToken.token.expose() }))

async function drain(): Promise<void> {
  await running.close()
  console.log(JSON.stringify({ ends: Object.fromEntries(ends) }))
  process.disconnect()
}

async function answer(question: Question): Promise<void> {
  await running.parts.meter.flush()
  if (question === 'what do you hold?') await collectAll()
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  const held: Held = {
    ...{ heapUsed, external, arrayBuffers, rss, live: running.parts.meter.live().length },
    ends: Object.fromEntries(ends),
    usage: await running.parts.meter.usage({}),
  }
  process.send?.(held)
}

async function collectAll(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    collect()
    await new Promise(setImmediate)
  }
}
