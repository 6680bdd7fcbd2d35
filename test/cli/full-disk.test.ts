/** The disk fills up in the middle of service: what the client is told, what the operator sees, and that it goes on once there is room. */
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { chmod, mkdir, readdir, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { dead, type Answer } from '../rotation/redeem.ts'
import { emptyFolder, sallyport, service } from './command.ts'
import { listensOf, partnerOf, startUp } from './demonstration.ts'
import { disks, limit } from './full-disk.ts'

type Usage = {
  readonly grants: readonly { readonly user: string; readonly generation: number; readonly useCount: number }[]
}

/** L-13: no verdict on the token, which is good for the very same request later. */
function isToldToComeAgain({ status, body, retryAfter }: Answer): void {
  const words = { error: 'temporarily_unavailable', error_description: 'the request was not processed; try again' }
  deepEqual([status, body, retryAfter], [503, words, '1'])
}
const successorOf = ({ status, body }: Answer): string => {
  equal(status, 200, JSON.stringify(body))
  return body['refresh_token'] ?? ''
}

type Readiness = { readonly status: string; readonly why?: string }
async function readiness(url: string): Promise<[number, Readiness]> {
  const reply = await fetch(`${url}/readyz`)
  return [reply.status, (await reply.json()) as Readiness]
}

const [limited, small] = disks(tmpdir())

for (const disk of small === undefined ? [limited] : [limited, small])
  test(`${disk.name} in the middle of service`, async (t) => {
    const cwd = await emptyFolder(t)
    const { up } = await startUp(t, { cwd, within: disk.within(cwd) })
    const running = { pid: up.pid, cwd }
    const { near, far, refreshToken, admin } = await partnerOf(t, up, disk.folder(running))
    const issued = [refreshToken]
    const redeem = async (): Promise<void> => void issued.push(successorOf(await near.redeem(issued.at(-1) ?? '')))

    await t.test(
      'the org is not ready from the first failed write on, says why, and recovers without traffic',
      async () => {
        deepEqual(await readiness(up.url), [200, { status: 'ready' }])
        disk.fillUp(running)
        isToldToComeAgain(await near.redeem(refreshToken))
        for (let nth = 0; nth < 3; nth += 1) {
          const [status, { status: is, why }] = await readiness(up.url)
          deepEqual([status, is], [503, 'not ready'])
          match(why ?? '', /^nothing can be written to the store: (?:disk I\/O error|database or disk is full)$/)
        }
        disk.makeRoom(running)
        deepEqual(await readiness(up.url), [200, { status: 'ready' }])
        await redeem()
      },
    )

    await t.test('clients are told 503, nothing is spent or lost, and service goes on once there is room', async () => {
      const current = issued.at(-1) ?? ''
      disk.fillUp(running)
      for (let nth = 0; nth < 5; nth += 1) isToldToComeAgain(await near.redeem(current))
      for (const each of await Promise.all(Array.from({ length: 16 }, () => near.redeem(current))))
        isToldToComeAgain(each)
      isToldToComeAgain(await far.redeem(current)) // a refusal without its record is none
      isToldToComeAgain(await near.redeem(refreshToken)) // and a replay cannot be revoked for now
      match(
        await up.prints(/.*"redemption-not-stored".*/),
        /"level":50.*"cause":"(?:disk I\/O error|database or disk is full)"/,
      )

      disk.makeRoom(running)
      await redeem()
      await redeem()
      const { grants } = (await admin('/oauth-usage')) as Usage
      deepEqual(
        grants
          .filter(({ user }) => user !== 'keeper@demo.example')
          .map(({ generation, useCount }) => [generation, useCount]),
        [[3, 3]],
      )
      equal((await near.redeem(refreshToken)).body['error_description'], dead)
      equal((await near.redeem(issued.at(-1) ?? '')).body['error_description'], dead)
    })

    await t.test('the org can be stopped meanwhile, and has told nobody a token', async () => {
      disk.fillUp(running)
      isToldToComeAgain(await near.redeem(refreshToken))
      const { code, stderr } = await up.stop()
      equal(code, 0, stderr)
      for (const token of issued) equal(stderr.includes(token), false)
    })
  })

if (small !== undefined)
  test('doctor fails for a disk that is full, says what that means, and is content once there is room', async (t) => {
    const cwd = await emptyFolder(t)
    const { up } = await startUp(t, { cwd, within: small.within(cwd) })
    const running = { pid: up.pid, cwd }
    const env = listensOf(up)
    const doctor = () => sallyport(['doctor'], { cwd, env, within: small.beside(running) })
    small.fillUp(running)
    const full = await doctor()
    equal(full.code, 1, full.stdout)
    match(full.stdout, /^fail {2}room: 0 MB are free for \S+\/data: redemptions are answered with 503/m)
    match(full.stdout, /^ +Try: df -h \S+\/data$/m)
    match(full.stderr, /^1 of \d+ checks failed\.$/m)
    small.makeRoom(running)
    const { code, stdout } = await doctor()
    equal(code, 0, stdout)
    match(stdout, /room: \d\d MB are free/)
  })

describe('a start without room', () => {
  for (const [command, file] of Object.entries({ org: 'org-keyring.json', up: 'demonstration/password' }))
    test(`${command} names the file, leaves no half of it, and starts once there is room`, async (t) => {
      const cwd = await emptyFolder(t)
      const path = join(cwd, 'data', file)
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
      await chmod(join(cwd, 'data'), 0o700)
      await symlink('/dev/full', `${path}.new`)
      const { code, stdout, stderr } = await sallyport([command, '--listen', '127.0.0.1:0'], { cwd })
      deepEqual([code, stdout], [1, ''])
      match(stderr, new RegExp(`^There is no room left for \\S+/${file}\\.$`, 'm'))
      match(stderr, new RegExp(`^Try: df -h \\S+/${file}$`, 'm'))
      doesNotMatch(stderr, /unexpected/)
      deepEqual(
        (await readdir(join(cwd, 'data'), { recursive: true })).filter((name) => name.endsWith('.new')),
        [],
      )
      equal((await (await service(t, [command, '--listen', '127.0.0.1:0'], { cwd })).stop()).code, 0)
    })
})

describe('a commit whose fate cannot be known', () => {
  test('P-04: ends the process with what is wrong and what to do, tells nobody success, and the next start is sound', async (t) => {
    const cwd = await emptyFolder(t)
    const first = await startUp(t, { cwd })
    const before = await partnerOf(t, first.up, cwd)
    const current = successorOf(await before.near.redeem(before.refreshToken))

    // the commit is refused, and then the file cannot be opened again to see what became of it
    const { size } = await stat(join(cwd, 'data/org.db-wal'))
    limit(first.up.pid, `--fsize=${size}:`, '--nofile=3:')
    isToldToComeAgain(await before.near.redeem(current))
    const { code, stderr } = await first.up.end
    equal(code, 1)
    match(stderr, /"event":"redemption-not-stored","kind":"unknown"/)
    match(stderr, /^The store can take no further write: a failed commit could not be settled: /m)
    match(stderr, /^Try: df -h$/m)
    match(stderr, /^Try: .* doctor$/m)
    equal(stderr.includes(current), false)

    const second = await startUp(t, { cwd })
    const after = await partnerOf(t, second.up, cwd)
    const successor = successorOf(await after.near.redeem(current))
    equal((await after.near.redeem(before.refreshToken)).body['error_description'], dead)
    equal((await after.near.redeem(successor)).body['error_description'], dead)
    ok(successorOf(await after.near.redeem(after.refreshToken)), 'another family lives on')
  })
})
