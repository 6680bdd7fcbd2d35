/** What a person agrees to is what begins: they may think for a while, and the world does not wait for them. */
import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { emptyFolder, sallyport } from './command.ts'

/** Org, gateway and keeper, whose list is saved by somebody whenever it was read once. */
async function openRestless(t: TestContext): Promise<string> {
  let version = 0
  const egress = ['192.0.2.1', '192.0.2.2'].map((each, i) => ({
    ...{ name: `e${i}`, kind: 'address', through: each, public: each, mode: 'active', state: 'up', tunnels: 0 },
  }))
  const ranges = ['192.0.2.1', '192.0.2.2'].map((each) => ({ startIpAddress: each, endIpAddress: each }))
  const server = createServer(({ url = '' }, response) => {
    if (url.includes('allowlist')) version += 1
    const etag = `"${url.includes('allowlist') ? version : 1}"`
    const body = { enforce: true, ranges, egress, grants: [], usage: [], destinations: [], state: 'alive' }
    response.writeHead(200, { 'content-type': 'application/json', etag }).end(JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

test('L-88: what has become another world since it was judged is not begun', async (t) => {
  const [cwd, origin] = [await emptyFolder(t), await openRestless(t)]
  const lines = [
    ...['app: Nightly_Sync', `allowlist: { org: ${origin} }`, `traffic: { gateway: ${origin} }`, `keeper: ${origin}`],
    ...['connections: [canary]', 'from: [192.0.2.1, 192.0.2.2]', 'to: [198.51.100.1, 198.51.100.2]'],
    ...['tokens: { org: o, gateway: g, keeper: k }', ''],
  ]
  await writeFile(join(cwd, 'cutover.yaml'), lines.join('\n'))
  const run = await sallyport(['cutover', 'run', 'cutover.yaml', '--yes'], { cwd })
  equal(run.code, 1, run.stderr)
  match(run.stderr, /^Since \w+ was planned, lists, pool or plan have become others: it is \w+ now\.$/m)
})
