/** `cut` in PUT /admin/v1/egress. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { openBench, type AdminBench, type Called } from './admin-api.ts'
import { client, tunnelOf } from './metered.ts'
import { openGatewayStore } from './store.ts'

const etagOf = async ({ call }: AdminBench): Promise<string> =>
  (await call('/admin/v1/egress')).headers.get('etag') ?? ''
const put = async (bench: AdminBench, body: unknown, etag?: string): Promise<Called> =>
  await bench.call('/admin/v1/egress', { body, headers: { 'if-match': etag ?? (await etagOf(bench)) } })
const code = ({ status, body }: Called): string => `${status} ${body.code}`

test('ends what is open on a drained egress where it is asked to, and on no other', async (t) => {
  const bench = await openBench(t, await openGatewayStore(t))
  const [old, other] = [tunnelOf('app', 'a'), tunnelOf('app', 'b')]
  for (const each of [old, other]) {
    ok(bench.metered.meter.permit(client('app')).ok)
    bench.metered.meter.started(each)
  }
  equal(code(await put(bench, { cut: ['a'] })), '422 EGRESS_INVALID', 'it takes new ones')
  await put(bench, { drain: ['a'] })
  const etag = await etagOf(bench)
  equal(code(await put(bench, { cut: ['a'] }, '"0"')), '412 STALE_EDITOR')
  deepEqual(old.cuts, [])
  equal((await put(bench, { cut: ['a'] }, etag)).status, 200)
  deepEqual([old.cuts, other.cuts], [['egress-removed'], []])
})
