import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../values/time.ts'
import { gatewayTraffic } from './gateway-traffic.ts'
import type { JsonApi } from './json-api.ts'

const egress = [
  { name: 'a', kind: 'address', through: '10.0.0.1', public: '192.0.2.1', mode: 'active' },
  { name: 'b', kind: 'address', through: '10.0.0.2', public: '192.0.2.1', mode: 'active' },
  { name: 'c', kind: 'address', through: '10.0.0.3', public: '198.51.100.1', mode: 'standby' },
]

test('every egress that leaves from an address is drained with it, as behind a NAT, and none besides', async () => {
  const sent: unknown[] = []
  const api: JsonApi = {
    ask(method, _path, { body } = {}) {
      if (method === 'PUT') sent.push(body)
      return Promise.resolve({ status: 200, body: { egress }, etag: '1' })
    },
  }
  const { set } = gatewayTraffic({ api, clients: undefined, wait: () => Promise.resolve() })
  const modes = [
    { address: '192.0.2.1', mode: 'draining' } as const,
    { address: '198.51.100.1', mode: 'active' } as const,
  ]
  deepEqual(await set(modes, '1'), { result: 'done' })
  deepEqual(sent, [{ add: [], standby: [], resume: ['c'], drain: ['a', 'b'], remove: [], cut: [] }])
})

test('an address was used when the last of its egresses was', async () => {
  const lastUse: Readonly<Record<string, string>> = { a: '2026-11-21T10:00:00.000Z', b: '2026-11-20T10:00:00.000Z' }
  const api: JsonApi = {
    ask(_method, path) {
      const lastUsedAt = lastUse[path.split('/')[2] ?? '']
      const destinations = lastUsedAt === undefined ? [] : [{ lastUsedAt }]
      return Promise.resolve({ status: 200, body: { egress, destinations, usage: [] }, etag: '1' })
    },
  }
  const { read } = gatewayTraffic({ api, clients: undefined, wait: () => Promise.resolve() })
  equal((await read(instant('2026-11-19'))).usedAt.get('192.0.2.1'), instant('2026-11-21T10:00:00.000Z'))
})
