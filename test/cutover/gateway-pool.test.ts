/** What a cutover does with the pool of the gateway as it is, over sockets. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gatewayTraffic } from '../../src/cutover/adapters/gateway-traffic.ts'
import { openJsonApi } from '../../src/cutover/adapters/json-api.ts'
import { secret } from '../../src/values/secret.ts'
import { instant } from '../../src/values/time.ts'
import { startTestGateway } from '../gateway/kit.ts'
import { startEchoOrigin } from '../gateway/origin.ts'
import { connectThrough, echoed } from '../gateway/raw-client.ts'

test('P-66: what is open on a drained address is cut where a person says so, and what is open on another runs on', async (t) => {
  const origin = await startEchoOrigin(t)
  const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${origin.port}`] })
  const api = openJsonApi({ base: `${gateway.adminUrl}/admin/v1`, token: gateway.running.adminToken.token })
  const traffic = gatewayTraffic({ api, wait: async (length) => await sleep(length), clients: undefined })
  const open = async (egress: string) => {
    const { raw } = await connectThrough(gateway, `127.0.0.1:${origin.port}`, {
      fields: [`Sallyport-Egress: ${egress}`],
    })
    equal(await echoed(raw, 'here'), 'here')
    return raw
  }
  const tunnels = async (): Promise<readonly string[]> =>
    (await traffic.read(instant(Date.now() - 1000))).members.map(
      (each) => `${each.address} ${each.mode} ${each.tunnels}`,
    )
  const [old, fresh] = [await open('a'), await open('b')]
  deepEqual(await tunnels(), ['127.0.0.11 active 1', '127.0.0.12 active 1'])
  const [first, second] = ['127.0.0.11', '127.0.0.12'] as const
  const version = async (): Promise<string> => (await traffic.read(instant(Date.now() - 1000))).version

  const early = await traffic.set([{ address: first, mode: 'cut' }], await version())
  equal(early.result, 'refused')
  match(early.why ?? '', /cut/)
  const before = await version()
  equal((await traffic.set([{ address: first, mode: 'draining' }], before)).result, 'done')
  equal(
    (await traffic.set([{ address: first, mode: 'cut' }], before)).result,
    'stale',
    'P-64: it was decided on an older version',
  )
  equal((await traffic.set([{ address: first, mode: 'cut' }], await version())).result, 'done')
  await old.closed
  while ((await tunnels())[0] !== `${first} draining 0`) await new Promise(setImmediate)
  equal((await tunnels())[1], `${second} active 1`)
  equal(await echoed(fresh, 'still'), 'still')
  fresh.socket.destroy()
})

test('an egress that is taken out comes back by its name, and one that leaves by another proxy is known for what it is', async (t) => {
  const gateway = await startTestGateway(t, {
    configuration: {
      egress: [
        { name: 'first', address: '127.0.0.11', confirm: 'off' },
        { name: 'behind', via: secret('http://127.0.0.1:9'), public: '192.0.2.7' },
      ],
    },
  })
  const api = openJsonApi({ base: `${gateway.adminUrl}/admin/v1`, token: gateway.running.adminToken.token })
  const traffic = gatewayTraffic({ api, wait: async (length) => await sleep(length), clients: undefined })
  const read = async () => await traffic.read(instant(Date.now() - 1000))
  const names = async () =>
    (await read()).members.map(({ name, address, mode, isFixed }) => [name, address, mode, isFixed])
  deepEqual(await names(), [
    ['first', '127.0.0.11', 'active', false],
    ['behind', '192.0.2.7', 'active', true],
  ])
  const address = '127.0.0.11'
  equal((await traffic.set([{ address, mode: 'absent' }], (await read()).version)).result, 'done')
  equal((await traffic.set([{ address, mode: 'standby', name: 'first' }], (await read()).version)).result, 'done')
  deepEqual(
    new Set((await names()).map((each) => each.join(' '))),
    new Set(['behind 192.0.2.7 active true', 'first 127.0.0.11 standby false']),
  )
})
