import { equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { deny } from '../browser-flow/walk.ts'
import { openVisitor } from '../browser-flow/visitor.ts'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { freePort, orgOptions, other, walkThrough } from '../keeper/login-kit.ts'
import { emptyFolder, environment, root, sallyport, service, type Ended, type Service } from './command.ts'

type Bench = { readonly cwd: string; readonly org: TestOrg; readonly keeper: Service; readonly loopback: string }

async function open(t: TestContext): Promise<Bench> {
  const cwd = await emptyFolder(t)
  const loopback = `http://127.0.0.1:${await freePort()}/OauthRedirect`
  const org = await startOrg(orgOptions([loopback]))
  t.after(() => org.close())
  const { consumerKey, consumerSecret } = org.client
  await writeFile(join(cwd, 'secret'), consumerSecret)
  const app = `loginUrl: '${org.url}', clientId: '${consumerKey}', clientSecret: { file: secret }, redirectUri: '${loopback}'`
  await writeFile(
    join(cwd, 'sallyport.yaml'),
    `keeper:\n  listen: 127.0.0.1:0\n  direct: true\n  loginHosts: [127.0.0.1]\n  apps: [{ name: partner, ${app} }]\n`,
  )
  return { cwd, org, loopback, keeper: await service(t, ['keeper'], { cwd }) }
}

type Running = { readonly url: Promise<string>; readonly ended: Promise<Ended> }

/** `url`: the address that it prints, as soon as it does. */
function connect(args: readonly string[], { cwd, keeper }: Bench): Running {
  const words = [join(root, 'src/cli/main.ts'), 'connect', ...args, '--no-browser', '--keeper', keeper.url]
  const child = spawn(process.execPath, words, { cwd, env: environment() })
  const url = Promise.withResolvers<string>()
  url.promise.catch(() => undefined)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    const found = /^ {2}(http\S+)$/m.exec(stderr)?.[1]
    if (found !== undefined) url.resolve(found)
  })
  const ended = once(child, 'close').then(([code]): Ended => {
    url.reject(new Error(stderr))
    return { code: code as number | null, stdout, stderr }
  })
  return { url: url.promise, ended }
}

const come = async (callback: string): Promise<{ status: number; body: string }> => {
  const { pathname, search, origin } = new URL(callback)
  return await openVisitor(origin).get(pathname + search)
}

test('connect authorizes a connection in a browser, and again, and says who it is', async (t) => {
  const bench = await open(t)
  const visitor = openVisitor(bench.org.url)
  const first = connect(['acme', '--login-hint', 'ana@example.com'], bench)
  const url = await first.url
  match(url, /login_hint=ana%40example\.com/)
  const page = await come(await walkThrough(url, { by: visitor }))
  equal(page.status, 200)
  match(page.body, /acme is authorized/)
  const { code, stdout, stderr } = await first.ended
  equal(code, 0, stderr)
  match(stdout, /^Connected: acme, as the user 005\w+ of the org 00D\w+, by the app partner\n$/)
  const second = connect(['acme', '--json'], bench)
  await come(await walkThrough(await second.url, { by: visitor }))
  const again = await second.ended
  equal(again.code, 0, again.stderr)
  equal((JSON.parse(again.stdout) as { generation: number }).generation, 2)
})

test('connect says in one line what went wrong, and what to try', async (t) => {
  const bench = await open(t)
  const denied = connect(['acme'], bench)
  const page = await come(await walkThrough(await denied.url, { as: other, answer: deny }))
  equal(page.status, 400)
  match(page.body, /end-user denied authorization/)
  const refused = await denied.ended
  equal(refused.code, 1)
  match(refused.stderr, /The org says access_denied: end-user denied authorization\nTry: Nothing was changed/)

  const squatter = createServer().listen(Number(new URL(bench.loopback).port), '127.0.0.1')
  await once(squatter, 'listening')
  const taken = await connect(['acme'], bench).ended
  equal(taken.code, 1)
  match(
    taken.stderr,
    /^127\.0\.0\.1:\d+ is where the browser is sent back to, and another program listens on it\.\nTry: ss /m,
  )
  squatter.close()

  const unknown = await connect(['acme', '--app', 'nobody'], bench).ended
  equal(unknown.code, 1)
  match(unknown.stderr, /no app nobody/)
  await bench.keeper.stop()
  const alone = await sallyport(['connect', 'acme', '--keeper', bench.keeper.url], { cwd: bench.cwd })
  equal(alone.code, 1)
  match(alone.stderr, /^No keeper answers at .*\nTry: /m)
  ok(!/\n\s+at /.test(alone.stderr))
})
