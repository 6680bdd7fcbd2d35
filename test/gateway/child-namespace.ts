/** A gateway with two addresses of a network of its own, and a far side where packets are dropped or an address is missing: `unshare --net node
 *  child-namespace.ts SCENARIO`. Prints what was seen as one JSON line. */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { openGateway } from '../../src/gateway/gateway.ts'
import { systemEnvironment } from '../../src/system.ts'
import { eventually } from './child.ts'
import { gatewayConfiguration } from './kit.ts'
import { loadOf } from './load.ts'
import { connectRefused, type Proxy } from './raw-client.ts'
import type { Scenario } from './namespace.ts'

const run = promisify(execFile)
const ip = async (...args: readonly string[]): Promise<unknown> => await run('ip', args)

// the first address is the machine's own: what is bound to nothing leaves by it
const own = '10.9.0.10'
const pair = ['10.9.0.11', '10.9.0.12'] as const
const farAddress = '10.9.0.1'

const far = fork(new URL('child-far-side.ts', import.meta.url), [farAddress], {
  // the far side has a namespace of its own; IPC goes by descriptors, which know of none
  execPath: 'unshare',
  execArgv: ['--net', process.execPath],
})
const [pid] = (await once(far, 'message')) as [number]
await ip('link', 'set', 'lo', 'up')
await ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far')
await ip('link', 'set', 'far', 'netns', String(pid))
for (const address of [own, ...pair]) await ip('addr', 'add', `${address}/24`, 'dev', 'near')
await ip('link', 'set', 'near', 'up')
const there = async (...args: readonly string[]): Promise<unknown> =>
  await run('nsenter', ['--target', String(pid), '--net', 'ip', ...args])
await there('link', 'set', 'lo', 'up')
await there('addr', 'add', `${farAddress}/24`, 'dev', 'far')
await there('link', 'set', 'far', 'up')

const ask = async <T>(question: string): Promise<T> => {
  const answered = once(far, 'message')
  far.send(question)
  const [answer] = (await answered) as [T]
  return answer
}
const { echo, health } = await ask<{ echo: number; health: number }>('listen')
const target = `${farAddress}:${echo}`
/** Of the connections since the last time it was asked. */
const sources = async (): Promise<readonly string[]> => (await ask<string[]>('sources')).toSorted()

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const gateway = await openGateway(systemEnvironment(quiet), {
  configuration: gatewayConfiguration(`${farAddress}:${health}`, {
    allow: [target],
    configuration: {
      egress: pair.map((address, n) => ({ name: n === 0 ? 'a' : 'b', address, confirm: 'on' })),
      // what an operator gets who says nothing
      healthCheck: { every: '5s', timeout: '1s' },
      deadlines: { drain: '100ms' },
    },
  }),
  storage: 'sqlite::memory:',
  onFault: (cause) => {
    throw cause
  },
})
await gateway.parts.pool.probeNow()
const { hostname, port } = new URL(gateway.url)
const proxy: Proxy = { host: hostname, port: Number(port) }
const stateOfA = (): string | undefined => gateway.views().find(({ name }) => name === 'a')?.state

const scenarios: Readonly<Record<Scenario, () => Promise<object>>> = {
  'black-hole': async () => {
    const before = await loadOf(proxy, { target, requests: 100, atOnce: 5 })
    const usual = await sources()
    await there('route', 'add', 'blackhole', `${pair[0]}/32`) // nothing comes back to it, not even an error
    const began = performance.now()
    const down = { after: 0 }
    const load = await loadOf(proxy, {
      target,
      atOnce: 5,
      until() {
        if (down.after === 0 && stateOfA() === 'down') down.after = performance.now() - began
        return down.after > 0 || performance.now() - began > 25_000
      },
    })
    await sources()
    const afterwards = await loadOf(proxy, { target, requests: 100, atOnce: 5 })
    const sourcesWhenDown = await sources()
    await there('route', 'del', 'blackhole', `${pair[0]}/32`)
    const back = performance.now()
    await eventually(stateOfA, (state) => state === 'up', 30_000)
    const upAgainAfterMs = performance.now() - back
    await there('route', 'add', 'blackhole', `${pair[0]}/32`)
    const quietSince = performance.now()
    await eventually(stateOfA, (state) => state === 'down', 30_000)
    return {
      failures: [...before.failures, ...load.failures, ...afterwards.failures],
      ...{ requests: before.done + load.done + afterwards.done },
      ...{ slowestBeforeMs: before.slowestMs, slowestMs: load.slowestMs, slowestWhenDownMs: afterwards.slowestMs },
      ...{ downAfterMs: down.after, upAgainAfterMs, downWithoutTrafficAfterMs: performance.now() - quietSince },
      sources: [...new Set(usual)],
      sourcesWhenDown: [...new Set(sourcesWhenDown)],
    }
  },
  'address-removed': async () => {
    const during = { over: false }
    const loading = loadOf(proxy, { target, atOnce: 5, until: () => during.over })
    await eventually(
      () => gateway.parts.metrics.exposition(),
      ({ text }) => text.includes('egress="a"'),
    )
    await ip('addr', 'del', `${pair[0]}/24`, 'dev', 'near')
    await eventually(stateOfA, (state) => state === 'unusable')
    during.over = true
    const load = await loading
    await sources()
    const after = await loadOf(proxy, { target, requests: 100, atOnce: 5 })
    const sourcesAfter = await sources()
    await ip('addr', 'del', `${pair[1]}/24`, 'dev', 'near')
    const began = performance.now()
    const refused = await connectRefused(proxy, target)
    const refusedAfterMs = performance.now() - began
    const again = await connectRefused(proxy, target)
    const sourcesWithNone = await sources()
    for (const address of pair) await ip('addr', 'add', `${address}/24`, 'dev', 'near')
    await gateway.parts.pool.probeNow()
    return {
      failures: [...load.failures, ...after.failures],
      ...{ requests: load.done + after.done, slowestMs: load.slowestMs, refusedAfterMs },
      ...{ stateOfRemoved: 'unusable', statusWithNone: refused.status === 503 ? again.status : refused.status },
      sourcesAfter: [...new Set(sourcesAfter)],
      sourcesWithNone,
      stateWhenBack: stateOfA(),
    }
  },
}

const scenario = process.argv[2]
if (scenario !== 'black-hole' && scenario !== 'address-removed') throw new Error('the scenario is missing')
const seen = await scenarios[scenario]()
console.log(JSON.stringify(seen))
far.disconnect()
await gateway.close()
