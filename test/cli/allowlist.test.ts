import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, type Ended } from './command.ts'
import { startOrg } from '../../src/testing.ts'
import { changeApp } from '../clients/wire.ts'

type Cli = {
  readonly url: string
  readonly cwd: string
  readonly token: string
  readonly allowlist: (...args: string[]) => Promise<Ended>
}

/** An org whose token lies in the data folder of where the command runs. */
async function organization(t: TestContext): Promise<Cli> {
  const cwd = await emptyFolder(t)
  const org = await startOrg()
  t.after(() => org.close())
  const pair = { startIpAddress: '127.0.0.11', endIpAddress: '127.0.0.12' }
  await changeApp(org, { oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: [pair] } })
  await mkdir(join(cwd, 'data'), { mode: 0o700 })
  await writeFile(join(cwd, 'data/admin-token'), `${org.adminToken}\n`, { mode: 0o600 })
  const allowlist: Cli['allowlist'] = (...args) => sallyport(['allowlist', ...args, '--org', org.url], { cwd })
  return { url: org.url, cwd, token: org.adminToken, allowlist }
}

describe('allowlist', () => {
  test('list shows the ranges and how much of the limits they use', async (t) => {
    const { allowlist } = await organization(t)
    const { code, stdout } = await allowlist('list', 'Test_App')
    equal(code, 0)
    match(stdout, /^Test_App: 1 of 128 ranges, 2 of 256 addresses, enforced$/m)
    match(stdout, /127\.0\.0\.11 to 127\.0\.0\.12/)
  })

  test('add takes an address, a range and a block, and shows the list before and after', async (t) => {
    const { allowlist } = await organization(t)
    const ranges = ['192.0.2.7', '192.0.2.16-192.0.2.17', '192.0.2.32/30']
    const { code, stdout, stderr } = await allowlist('add', 'Test_App', ...ranges, '--description', 'new pair')
    equal(code, 0, stderr)
    match(stdout, /^Before: 1 of 128 ranges, 2 of 256 addresses, enforced$/m)
    match(stdout, /^After: 4 of 128 ranges, 9 of 256 addresses, enforced$/m)
    match(stdout, /192\.0\.2\.32 to 192\.0\.2\.35 +new pair/)
  })

  test('add names the row that overlaps, and changes nothing', async (t) => {
    const { allowlist } = await organization(t)
    const { code, stderr } = await allowlist('add', 'Test_App', '127.0.0.12')
    equal(code, 1)
    match(stderr, /[Rr]ow 2/)
    match((await allowlist('list', 'Test_App')).stdout, /1 of 128 ranges/)
  })

  test('remove refuses to empty an enforced list until that is confirmed', async (t) => {
    const { allowlist } = await organization(t)
    const range = '127.0.0.11-127.0.0.12'
    const refused = await allowlist('remove', 'Test_App', range)
    equal(refused.code, 1)
    match(refused.stderr, /enforced and would be empty/)
    match(refused.stderr, /^Try: .*--confirm-empty/m)
    const confirmed = await allowlist('remove', 'Test_App', range, '--confirm-empty')
    equal(confirmed.code, 0, confirmed.stderr)
    match(confirmed.stdout, /^After: 0 of 128 ranges, 0 of 256 addresses, enforced$/m)
  })

  test('remove names a range that is not listed', async (t) => {
    const { allowlist } = await organization(t)
    const { code, stderr } = await allowlist('remove', 'Test_App', '127.0.0.11')
    equal(code, 1)
    match(stderr, /^127\.0\.0\.11 is no range of Test_App\.$/m)
  })

  test('explain ends with 0 where the redemption would be allowed, and gives programs the trace', async (t) => {
    const { allowlist } = await organization(t)
    const { code, stdout } = await allowlist('explain', 'Test_App', '--from', '127.0.0.12')
    equal(code, 0)
    match(stdout, /^Allowed: refresh_token for Test_App from 127\.0\.0\.12$/m)
    const json = await allowlist('explain', 'Test_App', '--from', '127.0.0.13', '--json')
    equal(json.code, 1)
    const { verdict, steps } = JSON.parse(json.stdout) as { verdict: string; steps: { trace: unknown[] }[] }
    deepEqual([verdict, (steps[0]?.trace.length ?? 0) > 0], ['refused', true])
  })

  test('an app that does not exist is named', async (t) => {
    const { allowlist } = await organization(t)
    const { code, stderr } = await allowlist('list', 'Test_Apq')
    equal(code, 1)
    match(stderr, /Test_Apq/)
    match(stderr, /^Try: /m)
  })

  test('a token of another org is refused, and where it came from is said', async (t) => {
    const { url, cwd } = await organization(t)
    const env = { SALLYPORT_ADMIN_TOKEN: 'canary-of-another-org' }
    const { code, stderr } = await sallyport(['allowlist', 'list', 'Test_App', '--org', url], { cwd, env })
    equal(code, 1)
    match(stderr, /does not accept the admin token from SALLYPORT_ADMIN_TOKEN/)
    equal(stderr.includes('canary'), false)
  })

  test('no org at that address is said with what to start', async (t) => {
    const env = { SALLYPORT_ADMIN_TOKEN: 'x' }
    const args = ['allowlist', 'list', 'Test_App', '--org', 'http://127.0.0.1:1']
    const { code, stderr } = await sallyport(args, { cwd: await emptyFolder(t), env })
    equal(code, 1)
    match(stderr, /^No org answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\.$/m)
    match(stderr, /^Try: .* up$/m)
  })

  test('the admin token is found in the data folder and shown by no command', async (t) => {
    const { allowlist, token } = await organization(t)
    const runs = [await allowlist('list', 'Test_App', '--json'), await allowlist('add', 'Test_App', '192.0.2.1')]
    for (const { code, stdout, stderr } of runs) {
      equal(code, 0)
      equal((stdout + stderr).includes(token), false)
    }
  })
})
