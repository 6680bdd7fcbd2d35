import { deepEqual, equal, match } from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, type Ended } from './command.ts'

type Put = { readonly ifMatch: string | undefined; readonly starts: readonly string[] }
type Editor = { readonly ended: Ended; readonly puts: readonly Put[] }

/** An admin API in which somebody else saves before each of our first `others` saves. */
async function addAgainst(t: TestContext, others: number): Promise<Editor> {
  const puts: Put[] = []
  let version = 1
  const ranges = (): object[] =>
    Array.from({ length: version }, (_, i) => ({ startIpAddress: `192.0.2.${i}`, endIpAddress: `192.0.2.${i}` }))
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'PUT') {
        const sent = JSON.parse(Buffer.concat(chunks).toString()) as { ranges: { startIpAddress: string }[] }
        puts.push({ ifMatch: request.headers['if-match'], starts: sent.ranges.map((each) => each.startIpAddress) })
        if (puts.length <= others) {
          version += 1
          response.writeHead(412, { 'content-type': 'application/problem+json' }).end('{"detail":"stale","next":[]}')
          return
        }
      }
      response.writeHead(200, { etag: `"${version}"` }).end(JSON.stringify({ enforce: true, ranges: ranges() }))
    })
  })
  const url = await listen(t, server)
  const setting = { cwd: await emptyFolder(t), env: { SALLYPORT_ADMIN_TOKEN: 'any' } }
  const ended = await sallyport(['allowlist', 'add', 'App', '203.0.113.7', '--org', url], setting)
  return { ended, puts }
}

async function listen(t: TestContext, server: Server): Promise<string> {
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('allowlist add beside another editor', () => {
  test('reads again and keeps what the other one saved', async (t) => {
    const { ended, puts } = await addAgainst(t, 1)
    equal(ended.code, 0, ended.stderr)
    deepEqual(puts, [
      { ifMatch: '"1"', starts: ['192.0.2.0', '203.0.113.7'] },
      { ifMatch: '"2"', starts: ['192.0.2.0', '192.0.2.1', '203.0.113.7'] },
    ])
  })

  test('gives up after the second time, and says so', async (t) => {
    const { ended, puts } = await addAgainst(t, 2)
    deepEqual([ended.code, puts.length], [1, 2])
    match(ended.stderr, /^Somebody else keeps saving the list of App; nothing was changed\.$/m)
  })
})
