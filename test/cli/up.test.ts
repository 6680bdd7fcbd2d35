import { deepEqual, doesNotMatch, equal, match, notEqual } from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { emptyFolder, root, service, shell, sallyport } from './command.ts'
import { curlIsThere, partnerOf, startUp } from './demonstration.ts'

before(() => curlIsThere({ cwd: root }))

const replyOf = (text: string): Record<string, string> => JSON.parse(text) as Record<string, string>

describe('up with no configuration', () => {
  test('two starts', async (t) => {
    const cwd = await emptyFolder(t)
    const first = await startUp(t, { cwd })
    equal((await shell(first.accepted, { cwd })).code, 0)
    match((await shell(first.replayed, { cwd })).stdout, /expired access\/refresh token/)
    const after = await shell(first.accepted, { cwd })
    equal((await first.up.stop()).code, 0)
    const second = await startUp(t, { cwd })

    await t.test(
      'a spent token that comes back ends the family, until the next start makes a fresh grant',
      async () => {
        equal(after.code, 1)
        match(after.stdout, /expired access\/refresh token/)
        equal((await shell(second.accepted, { cwd })).code, 0)
      },
    )

    await t.test('the admin token is printed once over both, and password and secret at each', async () => {
      const token = (await readFile(join(cwd, 'data/admin-token'), 'utf8')).trim()
      match(first.up.stdout(), new RegExp(token))
      doesNotMatch(second.up.stdout() + second.up.stderr(), new RegExp(token))
      for (const name of ['password', 'consumer-secret', 'consumer-key', 'gateway-password']) {
        const text = (await readFile(join(cwd, 'data/demonstration', name), 'utf8')).trim()
        for (const { up } of [first, second]) equal(up.stdout().includes(text), true, name)
      }
    })
  })

  test('the keeper keeps one connection alive over starts, and replaces it once it cannot live any more', async (t) => {
    const cwd = await emptyFolder(t)
    const free = '127.0.0.1:0'
    const env = { SALLYPORT_GATEWAY_LISTEN: free, SALLYPORT_GATEWAY_ADMIN_LISTEN: free, SALLYPORT_KEEPER_LISTEN: free }
    const first = await startUp(t, { cwd })
    const [, row = ''] = (await shell(first.connections, { cwd })).stdout.split('\n')
    match(row, /^demo +Nightly_Sync +alive .* 127\.0\.0\.1[12]$/)
    equal((await first.up.stop()).code, 0)

    const at = ['--listen', first.up.url.replace('http://', '')]
    const second = await startUp(t, { cwd, env }, ...at)
    const token = JSON.parse((await shell(`${second.token} --json`, { cwd })).stdout) as Record<string, unknown>
    equal(token['generation'], 3, 'one exchange at each start, none lost')
    const authorization = `Bearer ${String(token['access_token'])}`
    equal((await fetch(`${second.up.url}/services/oauth2/userinfo`, { headers: { authorization } })).status, 200)
    const { admin } = await partnerOf(t, second.up, cwd)
    deepEqual(await admin('/oauth-usage/revoke', { user: 'keeper@demo.example' }), { revoked: 1 })
    await second.up.stop()

    const third = await startUp(t, { cwd, env }, ...at)
    match((await shell(third.connections, { cwd })).stdout, /^demo +Nightly_Sync +alive /m)
    const replaced = JSON.parse((await shell(`${third.token} --json`, { cwd })).stdout) as Record<string, unknown>
    equal(replaced['generation'], 5, 'another token in its place, and one exchange of that')
    doesNotMatch(third.up.stderr(), /^Warning: /m)
  })

  test('a start', async (t) => {
    const cwd = await emptyFolder(t)
    const { up, refused, accepted, explained, seen } = await startUp(t, { cwd })

    await t.test(
      'prints commands that show a refusal, an acceptance and the reason, each time they are run',
      async () => {
        const spent: string[] = []
        for (const round of ['first', 'second']) {
          const wrong = await shell(refused, { cwd })
          deepEqual(replyOf(wrong.stdout), {
            error: 'invalid_grant',
            error_description: 'ip restricted by app developer',
          })
          const right = await shell(accepted, { cwd })
          equal(right.code, 0, `${round}: ${right.stdout}${right.stderr}`)
          spent.push(replyOf(right.stdout)['refresh_token'] ?? '')
          const why = await shell(explained, { cwd })
          equal(why.code, 1)
          match(
            why.stdout,
            /^Refused: refresh_token for Nightly_Sync from 127\.0\.0\.1, by refresh-token-ip-allowlist$/m,
          )
          match(why.stdout, /127\.0\.0\.1 is in none of/)
          match(why.stdout, /The client is told: invalid_grant, "ip restricted by app developer"/)
          match((await shell(seen, { cwd })).stdout, /^127\.0\.0\.1[12]\n$/)
        }
        notEqual(spent[0], spent[1])
      },
    )

    await t.test('keeps every file for its owner alone', async () => {
      const files = await readdir(join(cwd, 'data'), { recursive: true, withFileTypes: true })
      equal(files.length > 8, true)
      for (const file of files) {
        const { mode } = await stat(join(file.parentPath, file.name))
        equal(mode & 0o077, 0, file.name)
      }
    })

    await t.test('says that the testing plane is on, and names every address', async () => {
      match(up.stdout(), /^Testing plane: on/m)
      for (const path of ['/login', '/.well-known/openid-configuration', '/admin/v1', '/admin/openapi.json']) {
        equal(up.stdout().includes(`${up.url}${path}\n`), true, path)
      }
      equal((await fetch(`${up.url}/.well-known/openid-configuration`)).status, 200)
    })

    await t.test('neither command depends on what the environment says of proxies', async () => {
      const elsewhere = 'http://127.0.0.1:1'
      const env = {
        http_proxy: elsewhere,
        HTTP_PROXY: elsewhere,
        all_proxy: elsewhere,
        NO_PROXY: '127.0.0.1,localhost',
      }
      match((await shell(refused, { cwd, env })).stdout, /ip restricted/)
      equal((await shell(accepted, { cwd, env })).code, 0)
    })
  })

  test('from the folder of a checkout, the reason comes through npm run', async (t) => {
    const env = { SALLYPORT_STORAGE: `sqlite:${await emptyFolder(t)}/data` }
    const { explained, accepted } = await startUp(t, { cwd: root, env })
    match(
      explained,
      /^SALLYPORT_STORAGE=\S+ npm run -s sallyport -- allowlist explain Nightly_Sync --from 127\.0\.0\.1 --org http/,
    )
    const why = await shell(explained, { cwd: root })
    match(why.stdout, /^Refused: /)
    equal((await shell(accepted, { cwd: root })).code, 0)
  })
})

describe('up with a configuration', () => {
  test('starts what is configured, makes no demonstration, and has no testing plane', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'sallyport.yaml'), 'storage: sqlite:./store\norg: { listen: "127.0.0.1:0" }\n')
    const up = await service(t, ['up'], { cwd })
    await up.prints(/Admin token: /)
    deepEqual((await readdir(cwd)).toSorted(), ['sallyport.yaml', 'store'])
    equal((await readdir(join(cwd, 'store'))).includes('demonstration'), false)
    equal((await fetch(`${up.url}/testing/v1/clock`)).status, 404)
    match(await up.prints(/^No gateway: .*$/m), /gateway\.egress/)
  })

  test('starts the gateway where an egress is declared', async (t) => {
    const cwd = await emptyFolder(t)
    const free = '"127.0.0.1:0"'
    const gateway = `{ listen: ${free}, admin: { listen: ${free} }, egress: [{ name: a, address: 127.0.0.11 }] }`
    await writeFile(join(cwd, 'sallyport.yaml'), `org: { listen: ${free} }\ngateway: ${gateway}\n`)
    const up = await service(t, ['up'], { cwd })
    const line = await up.prints(/^.*"service":"gateway".*$/m)
    deepEqual(Object.keys(JSON.parse(line) as object), ['event', 'service', 'url', 'adminUrl'])
    match(await up.prints(/^Connection URL: .*$/m), /http:\/\/app:\S+@127\.0\.0\.1:\d+$/)
    equal((await up.stop()).code, 0)
  })

  test('storage in memory has no place for a demonstration', async (t) => {
    const env = { SALLYPORT_STORAGE: 'sqlite::memory:' }
    const { code, stderr } = await sallyport(['up'], { cwd: await emptyFolder(t), env })
    equal(code, 2)
    match(stderr, /^The demonstration keeps its files in the data folder/)
  })
})
