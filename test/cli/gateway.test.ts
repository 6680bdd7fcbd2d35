/** `sallyport gateway` as a person has it: its first line, its words, its signals. */
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, shell } from './command.ts'
import { destination, gatewayFile, openTunnel, startGateway, type GatewayFile } from './gateway.ts'

const anyPort = ['--listen', '127.0.0.1:0'] as const

describe('a started gateway', () => {
  test('says first, as JSON, where it listens; makes a client and an admin token where there are none, and prints them once', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const { gateway, adminUrl } = await startGateway(t, cwd, { target })
    const first: unknown = JSON.parse(gateway.stdout().split('\n')[0] ?? '')
    deepEqual(first, { event: 'listening', service: 'gateway', url: gateway.url, adminUrl })
    match(gateway.url, /^http:\/\/127\.0\.0\.1:\d+$/)
    const [, token = ''] = /^Admin token of the gateway: (\S+)$/m.exec(gateway.stderr()) ?? []
    equal(token, (await readFile(join(cwd, 'data/gateway-admin-token'), 'utf8')).trim())
    const headers = { authorization: `Bearer ${token}` }
    equal((await fetch(`${adminUrl}/admin/v1/egress`, { headers })).status, 200)
    equal((await fetch(`${adminUrl}/admin/v1/egress`)).status, 401)
    const [, url = '', password = ''] = /^Connection URL: (http:\/\/app:([\w-]+)@\S+)$/m.exec(gateway.stderr()) ?? []
    equal(password.length, 32)
    match((await shell(`curl -sS --fail -x ${url} http://ip.sallyport/`, { cwd })).stdout, /^127\.0\.0\.1[12]\n$/)
    await gateway.stop()
    const second = await startGateway(t, cwd, { target })
    match(second.gateway.stderr(), /^Connection URL: http:\/\/app:…@127\.0\.0\.1:\d+$/m)
    match(second.gateway.stderr(), /^ {2}The password is kept in \S+\/data\/gateway-client by an earlier start\.$/m)
    match(
      second.gateway.stderr(),
      /^Admin token of the gateway: kept in \S+gateway-admin-token by an earlier start\.$/m,
    )
    for (const each of [password, token])
      doesNotMatch(second.gateway.stdout() + second.gateway.stderr(), new RegExp(each))
    equal((await stat(join(cwd, 'data/gateway-client'))).mode & 0o077, 0)
  })

  test('shows the connection URLs of configured clients without their passwords', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'secret'), 'canary-7')
    const clients = '[{ name: backend, username: b+k, password: { file: secret } }]'
    const { gateway } = await startGateway(t, cwd, { target: await destination(t), clients })
    match(gateway.stderr(), /^ {2}backend {2}http:\/\/b%2Bk:…@127\.0\.0\.1:\d+$/m)
    doesNotMatch(gateway.stdout() + gateway.stderr(), /canary/)
  })

  test('warns of an egress that is not on this machine, and serves by the others', async (t) => {
    const cwd = await emptyFolder(t)
    const egress = '[{ name: a, address: 192.0.2.1 }, { name: b, address: 127.0.0.12 }]'
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target: await destination(t), egress })
    match(gateway.stderr(), /^Warning: Egress a \(192\.0\.2\.1\) cannot be used: /m)
    match(gateway.stderr(), /^Try: ip address show$/m)
    for (let round = 0; round < 3; round += 1) {
      equal((await shell(`curl -sS --fail -x ${connectionUrl} http://ip.sallyport/`, { cwd })).stdout, '127.0.0.12\n')
    }
  })
})

describe('a gateway that is asked to stop', () => {
  test('lets an open tunnel end by itself, takes no new one, and ends with 0', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target })
    const tunnel = await openTunnel(t, connectionUrl, target)
    equal(await tunnel.echoes('before'), 'before')
    process.kill(gateway.pid, 'SIGTERM')
    await gateway.prints(/^One tunnel is open: /m)
    equal(await tunnel.echoes('after'), 'after')
    tunnel.end()
    equal((await gateway.end).code, 0)
  })

  test('cuts what is left at the drain deadline, and ends with 0', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target, more: 'deadlines: { drain: 200ms }' })
    const tunnel = await openTunnel(t, connectionUrl, target)
    equal((await gateway.stop()).code, 0)
    await tunnel.closed
  })

  test('ends at once when it is asked a second time', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target })
    const tunnel = await openTunnel(t, connectionUrl, target)
    const asking = setInterval(() => process.kill(gateway.pid, 'SIGTERM'), 100)
    t.after(() => clearInterval(asking))
    const { code } = await gateway.end
    clearInterval(asking)
    equal(code, 1)
    await tunnel.closed
  })
})

describe('a gateway that is told to read its configuration again', () => {
  test('has the new one in force, and drops no tunnel', async (t) => {
    const cwd = await emptyFolder(t)
    const [target, other] = [await destination(t), await destination(t)]
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target })
    const tunnel = await openTunnel(t, connectionUrl, target)
    match(await refusalOf(t, connectionUrl, other), /^HTTP\/1\.1 403 /)
    await reload(cwd, gateway.pid, { target, allow: `["${target}", "${other}"]` })
    await gateway.prints(/^The configuration was read again and is in force\.$/m)
    equal(await (await openTunnel(t, connectionUrl, other)).echoes('new'), 'new')
    equal(await tunnel.echoes('still there'), 'still there')
  })

  const bad = {
    'that cannot be read': [': [', /^sallyport\.yaml:\d+:\d+: /m],
    'with an unknown key': ['gatway: {}\n', /gatway/],
    'without an egress': ['gateway: { egress: [] }\n', /^gateway\.egress declares no address/m],
    'that listens in another way, which takes a restart': [
      gatewayFile({ target: '127.0.0.1:443', more: 'tls: { cert: x, key: y }' }),
      /^The configuration cannot be used: gateway\.tls cannot be switched on/m,
    ],
  } as const
  test('keeps the old one in the face of one', async (t) => {
    const cwd = await emptyFolder(t)
    const target = await destination(t)
    const { gateway, connectionUrl } = await startGateway(t, cwd, { target })
    for (const [nth, [what, [text, says]]] of Object.entries(bad).entries())
      await t.test(what, async () => {
        const before = gateway.stderr().length
        await writeFile(join(cwd, 'sallyport.yaml'), text)
        process.kill(gateway.pid, 'SIGHUP')
        const soOften = `(?:^The configuration from before stays in force\\.$[^]*?){${nth + 1}}`
        await gateway.prints(new RegExp(soOften, 'm'))
        const said = gateway.stderr().slice(before)
        match(said, says)
        match(said, /^Try: /m)
        equal(await (await openTunnel(t, connectionUrl, target)).echoes('old'), 'old')
      })
  })
})

async function reload(cwd: string, pid: number, file: GatewayFile): Promise<void> {
  await writeFile(join(cwd, 'sallyport.yaml'), gatewayFile(file))
  process.kill(pid, 'SIGHUP')
}

async function refusalOf(t: TestContext, connectionUrl: string, target: string): Promise<string> {
  return await openTunnel(t, connectionUrl, target).then(
    () => 'opened',
    (cause: Error) => cause.message,
  )
}

describe('a gateway that cannot start', () => {
  const pair = '[{ name: a, address: 127.0.0.11 }, { name: b, address: 127.0.0.12 }]'
  const configurations: Readonly<Record<string, readonly [gateway: string, says: RegExp]>> = {
    'has no egress': ['{}', /^gateway\.egress declares no address/m],
    'has the same address twice': [
      '{ egress: [{ name: a, address: 127.0.0.11 }, { name: b, address: 127.0.0.11 }] }',
      /egress\[1\]/,
    ],
    'has two egresses of one name': [
      '{ egress: [{ name: a, address: 127.0.0.11 }, { name: a, address: 127.0.0.12 }] }',
      /egress\[1\]\.name/,
    ],
    'leads to itself': [
      `{ listen: "127.0.0.1:9293", egress: [{ name: a, via: "http://u:p@127.0.0.1:9293" }] }`,
      /egress\[0\]/,
    ],
    'allows everything without saying so': [`{ egress: ${pair}, allow: ["*:443"] }`, /allow\[0\].*/],
    'has a health check that cannot be over in time': [
      `{ egress: ${pair}, healthCheck: { every: 1s, timeout: 2s } }`,
      /healthCheck\.timeout/,
    ],
    'names a plan that is not there': [
      `{ egress: ${pair}, clients: [{ name: c, username: c, password: x, plan: gold }] }`,
      /clients\[0\]\.plan/,
    ],
    'has a secret that is not there': [
      `{ egress: ${pair}, clients: [{ name: c, username: c, password: { file: none } }] }`,
      /clients\[0\]\.password/,
    ],
  }
  for (const [sentence, [gateway, says]] of Object.entries(configurations))
    test(`says what is wrong where it ${sentence}`, async (t) => {
      const cwd = await emptyFolder(t)
      await writeFile(join(cwd, 'sallyport.yaml'), `gateway: ${gateway}\n`)
      const { code, stdout, stderr } = await sallyport(['gateway', ...anyPort], { cwd })
      deepEqual([code, stdout], [1, ''])
      match(stderr, says)
      match(stderr, /^Try: /m)
      doesNotMatch(stderr, /^ {4}at /m)
    })

  for (const [what, option, variable] of [
    ['proxy', '--listen', 'SALLYPORT_GATEWAY_LISTEN'],
    ['admin API', '--admin-listen', 'SALLYPORT_GATEWAY_ADMIN_LISTEN'],
  ] as const)
    test(`says that another program has the port of the ${what}, and leaves nothing open`, async (t) => {
      const taken = createServer().listen(0, '127.0.0.1')
      t.after(() => taken.close())
      await new Promise((resolve) => taken.once('listening', resolve))
      const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`
      const cwd = await emptyFolder(t)
      await writeFile(join(cwd, 'sallyport.yaml'), `gateway: { egress: ${pair} }\n`)
      const { code, stdout, stderr } = await sallyport(['gateway', ...anyPort, option, listen], { cwd })
      deepEqual([code, stdout], [1, ''])
      match(stderr, new RegExp(`^Another program listens on ${listen}\\.$`, 'm'))
      match(stderr, new RegExp(`^Try: .*${variable}=127\\.0\\.0\\.1:0$`, 'm'))
      doesNotMatch(stderr, /sp_gateway_admin_|app:[\w-]{32}/)
    })

  test('P-14: names the process that owns the data; and refuses a password file that others may read', async (t) => {
    const cwd = await emptyFolder(t)
    const { gateway } = await startGateway(t, cwd, { target: await destination(t) })
    const second = await sallyport(['gateway', ...anyPort], { cwd })
    deepEqual([second.code, second.stdout], [1, ''])
    match(second.stderr, new RegExp(`in use by process ${gateway.pid}`))
    await gateway.stop()
    await shell('chmod 644 data/gateway-client', { cwd })
    const { code, stderr } = await sallyport(['gateway', ...anyPort], { cwd })
    equal(code, 1)
    match(stderr, /gateway-client may be read by others \(mode 644\): chmod 600 /)
  })
})

test('a gateway that was killed leaves its data to the next one', async (t) => {
  const cwd = await emptyFolder(t)
  const file = { target: await destination(t) }
  await (await startGateway(t, cwd, file)).gateway.stop('SIGKILL')
  equal((await (await startGateway(t, cwd, file)).gateway.stop()).code, 0)
})
