/** `org keyring rotate`, on the files of an org that is stopped and through the admin API of one that runs. */
import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict'
import { chmod, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { Answer } from '../rotation/redeem.ts'
import { emptyFolder, sallyport, type Ended } from './command.ts'
import { partnerOf, startUp } from './demonstration.ts'

type KeyringFile = {
  readonly tagKeys: readonly { readonly id: number; readonly state: string; readonly key: string }[]
}

const rotate = (cwd: string, ...args: readonly string[]): Promise<Ended> =>
  sallyport(['org', 'keyring', 'rotate', ...args], { cwd })
const pathIn = (cwd: string): string => join(cwd, 'data', 'org-keyring.json')
const keysIn = async (cwd: string): Promise<KeyringFile['tagKeys']> =>
  (JSON.parse(await readFile(pathIn(cwd), 'utf8')) as KeyringFile).tagKeys
const statesIn = async (cwd: string): Promise<string[]> => (await keysIn(cwd)).map(({ id, state }) => `${id} ${state}`)
const next = ({ status, body }: Answer): string => {
  equal(status, 200, JSON.stringify(body))
  return body['refresh_token'] ?? ''
}

/** A demonstration that has run, and been stopped. */
async function stopped(t: TestContext) {
  const cwd = await emptyFolder(t)
  const { up } = await startUp(t, { cwd })
  const partner = await partnerOf(t, up, cwd)
  const spent = partner.refreshToken
  const current = next(await partner.near.redeem(spent))
  await up.stop()
  return { cwd, spent, current }
}

describe('org keyring rotate', () => {
  test('P-09: on a stopped org: the old token redeems after the next start, and its successor too', async (t) => {
    const { cwd, current } = await stopped(t)

    await t.test('a keyring that others may read is refused in words', async () => {
      await chmod(pathIn(cwd), 0o644)
      const { code, stderr } = await rotate(cwd)
      equal(code, 1)
      match(stderr, /may be read by others \(mode 644\): chmod 600/)
      doesNotMatch(stderr, /unexpected/)
      deepEqual(await statesIn(cwd), ['1 active'])
      await chmod(pathIn(cwd), 0o600)
    })

    const { code, stdout, stderr } = await rotate(cwd)
    deepEqual({ code, stderr }, { code: 0, stderr: '' })
    match(stdout, /^Key 2 proves new tokens from now on\.$/m)
    match(stdout, /^Retired, and still good for the tokens that they have proved: key 1\.$/m)
    match(stdout, /Back up .*org-keyring\.json/)
    deepEqual(await statesIn(cwd), ['1 retired', '2 active'])
    equal((await stat(pathIn(cwd))).mode & 0o777, 0o600)
    for (const { key } of await keysIn(cwd)) equal(stdout.includes(key), false)
    const { up } = await startUp(t, { cwd })
    const { near } = await partnerOf(t, up, cwd)
    next(await near.redeem(next(await near.redeem(current))))
  })

  test('P-09: --compromised marks the old key: the current token redeems, a spent one revokes nobody', async (t) => {
    const { cwd, spent, current } = await stopped(t)
    const { code, stdout } = await rotate(cwd, '--compromised')
    equal(code, 0)
    match(stdout, /^Marked compromised: key 1\. /m)
    deepEqual(await statesIn(cwd), ['1 compromised', '2 active'])
    const { up } = await startUp(t, { cwd })
    const { near } = await partnerOf(t, up, cwd)
    equal((await near.redeem(spent)).status, 400)
    next(await near.redeem(current))
  })

  test('P-14: on a running org', async (t) => {
    const cwd = await emptyFolder(t)
    const { up } = await startUp(t, { cwd })
    const { near, refreshToken, admin } = await partnerOf(t, up, cwd)
    const configured = (listen: string) => ({ cwd, env: { SALLYPORT_ORG_LISTEN: listen } })

    await t.test('without --org it does not touch the files, and asks the one that is configured', async () => {
      const { code, stderr } = await sallyport(['org', 'keyring', 'rotate'], configured('127.0.0.1:0'))
      equal(code, 2)
      match(stderr, /org\.listen has port 0/)
      deepEqual(await statesIn(cwd), ['1 active'])
      const asked = await sallyport(['org', 'keyring', 'rotate'], configured(up.url.replace('http://', '')))
      equal(asked.code, 0, asked.stderr)
      deepEqual(await statesIn(cwd), ['1 retired', '2 active'])
    })

    await t.test('it goes through the admin API, at once and for the next start', async () => {
      const { code, stdout } = await rotate(cwd, '--org', up.url, '--json')
      equal(code, 0)
      const tagKeys = [
        { id: 1, state: 'retired' },
        { id: 2, state: 'retired' },
        { id: 3, state: 'active' },
      ]
      deepEqual(JSON.parse(stdout), { tagKeys })
      deepEqual(await admin('/keyring'), { tagKeys })
      deepEqual(await statesIn(cwd), ['1 retired', '2 retired', '3 active'])
      const successor = next(await near.redeem(refreshToken))
      await up.stop()
      const again = await startUp(t, { cwd })
      next(await (await partnerOf(t, again.up, cwd)).near.redeem(successor))
    })
  })

  test('where no org has been yet there is nothing to rotate, and nothing is made', async (t) => {
    const cwd = await emptyFolder(t)
    const { code, stdout, stderr } = await rotate(cwd, '--storage', 'sqlite:./elsewhere')
    deepEqual({ code, stdout }, { code: 1, stdout: '' })
    match(stderr, /^There is no keyring in .*elsewhere: the first start of the org makes it\.$/m)
    match(stderr, /^Try: /m)
    await rejects(stat(join(cwd, 'elsewhere')), { code: 'ENOENT' })
  })

  test('storage in memory has no files to rotate', async (t) => {
    const { code, stderr } = await rotate(await emptyFolder(t), '--storage', 'sqlite::memory:')
    equal(code, 1)
    match(stderr, /^Try: .*--org/m)
  })
})
