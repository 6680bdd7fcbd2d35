/** What the framework costs: a bare Fastify route that reads the same request and answers an object of the same size, and nothing else. */
import { fastify } from 'fastify'
import { parseArgs } from 'node:util'
import type { PostTarget } from '../load/posts.ts'
import { announce } from './announce.ts'

const { values } = parseArgs({ options: { bytes: { type: 'string', default: '250' } } })
const rest = { instance_url: 'https://bench.my.salesforce.com', expires_at: '2026-01-01T00:00:00.000Z', generation: 1 }
const filler = Number(values.bytes) - JSON.stringify({ access_token: '', ...rest }).length
const app = fastify({ logger: false })
app.post('/v1/connections/:id/access-token', () => ({ access_token: 'a'.repeat(filler), ...rest }))

const url = await app.listen({ port: 0, host: '127.0.0.1' })
announce({
  ...{ url, pid: process.pid, token: 'sp_keeper_of_the_bench_0123456789abcdef' },
  paths: ['/v1/connections/c0/access-token'],
} satisfies PostTarget)
