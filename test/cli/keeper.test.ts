import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { emptyFolder, sallyport, service, type Service } from './command.ts'

type Bench = { readonly cwd: string; readonly org: TestOrg; readonly keeper: Service }

/** A keeper of the configuration below, in a folder of its own, with one connection. */
async function open(t: TestContext): Promise<Bench> {
  const cwd = await emptyFolder(t)
  const org = await startOrg()
  t.after(() => org.close())
  const { consumerKey, consumerSecret } = org.client
  await writeFile(join(cwd, 'secret'), consumerSecret)
  await writeFile(
    join(cwd, 'sallyport.yaml'),
    `keeper:
  listen: 127.0.0.1:0
  direct: true
  loginHosts: [127.0.0.1]
  apps: [{ name: nightly, loginUrl: '${org.url}', clientId: '${consumerKey}', clientSecret: { file: secret } }]
`,
  )
  const keeper = await service(t, ['keeper'], { cwd })
  await keeper.prints(/not printed again/)
  return { cwd, org, keeper }
}

async function adopt({ cwd, org, keeper }: Bench, id: string): Promise<void> {
  const token = (await readFile(join(cwd, 'data/keeper-token'), 'utf8')).trim()
  const { refresh_token } = await org.grant()
  const response = await fetch(`${keeper.url}/v1/connections`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, app: 'nightly', refresh_token }),
  })
  equal(response.status, 201, await response.text())
}

describe('the keeper on the command line', () => {
  test('starts, keeps a connection, and stops with exit 0 when it is asked to', async (t) => {
    const bench = await open(t)
    const { cwd, org, keeper } = bench
    const to = ['--keeper', keeper.url]
    deepEqual(JSON.parse(keeper.stdout().split('\n')[0] ?? ''), {
      event: 'listening',
      service: 'keeper',
      url: keeper.url,
    })
    const printed = /Token of the keeper: (\S+)/.exec(keeper.stderr())?.[1]
    equal((await readFile(join(cwd, 'data/keeper-token'), 'utf8')).trim(), printed)
    equal((await stat(join(cwd, 'data/keeper-token'))).mode & 0o777, 0o600)
    equal((await stat(join(cwd, 'keyring.json'))).mode & 0o777, 0o600)

    await adopt(bench, 'acme')
    const token = await sallyport(['token', 'acme', ...to], { cwd })
    deepEqual([token.code, token.stderr], [0, ''])
    const userinfo = await fetch(`${org.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${token.stdout.trim()}` },
    })
    equal(userinfo.status, 200, 'the org takes what stands alone on standard output')
    const verified = await sallyport(['verify', 'acme', ...to], { cwd })
    match(verified.stdout, /^acme was exchanged from \S+: generation 3$/m)
    const listed = await sallyport(['connections', ...to], { cwd })
    match(listed.stdout, /^Connection +App +State +Last use +Idle days left +Next heartbeat +Egress$/m)
    match(listed.stdout, /^acme +nightly +alive +\d{4}-\d\d-\d\d \d\d:\d\d +(?:29|30) +\d{4}-\d\d-\d\d \d\d:\d\d/m)
    const filtered = await sallyport(['connections', '--json', '--state', 'in-doubt', ...to], { cwd })
    deepEqual(JSON.parse(filtered.stdout), { connections: [] })

    const unknown = await sallyport(['token', 'nobody', ...to], { cwd })
    deepEqual([unknown.code, unknown.stdout], [1, ''])
    match(unknown.stderr, /no connection nobody.*\nTry: /)

    const env = { SALLYPORT_KEEPER_TOKEN: 'another-token-that-is-long-enough-0123' }
    const stranger = await sallyport(['connections', ...to], { cwd, env })
    equal(stranger.code, 1)
    match(stranger.stderr, /does not accept the token from SALLYPORT_KEEPER_TOKEN/)

    const { code, stderr } = await keeper.stop()
    equal(code, 0)
    doesNotMatch(stderr, new RegExp(org.client.consumerSecret))
    const gone = await sallyport(['connections', ...to], { cwd })
    equal(gone.code, 1)
    match(gone.stderr, /No keeper answers at .*\nTry: .* keeper\n/)
  })

  const refused: Readonly<
    Record<string, readonly [yaml: string, env: Readonly<Record<string, string>>, means: RegExp]>
  > = {
    'L-70: without a proxy, unless it is said to be meant': ['keeper: {}', {}, /sends none without a proxy/],
    'with a variable that is no URL of a proxy': [
      'keeper: {}',
      { SALLYPORT_GATEWAY_URL: 'hunter2' },
      /SALLYPORT_GATEWAY_URL, the URL of the proxy, is not a URL/,
    ],
    'with a keyring that is none': [
      'keeper: { direct: true, listen: "127.0.0.1:0", keyring: { env: KEYS } }',
      { KEYS: 'not base64' },
      /KEYS /,
    ],
  }
  for (const [sentence, [yaml, env, means]] of Object.entries(refused))
    test(`does not start ${sentence}`, async (t) => {
      const cwd = await emptyFolder(t)
      await writeFile(join(cwd, 'sallyport.yaml'), `${yaml}\n`)
      const { code, stdout, stderr } = await sallyport(['keeper'], { cwd, env })
      ok(code === 1 || code === 2, `${code}`)
      equal(stdout, '')
      match(stderr, means)
      match(stderr, /^Try: /m)
      doesNotMatch(stderr, /hunter2|^ {4}at /m)
    })
})
