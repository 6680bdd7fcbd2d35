/** Files and folders that the user who starts the org may not write: which one, and what to do, from the start and from doctor. */
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, service, type Setting } from './command.ts'

const anyPort = ['--listen', '127.0.0.1:0'] as const
/** Root may write everywhere, so there it takes a user who may not. */
const user = process.getuid?.() === 0 ? 65_534 : undefined

/** What Node has compiled of the command is kept for each user apart; without it every start of that user's would compile it anew. */
const compiled = await mkdtemp(join(tmpdir(), 'sallyport-compiled-'))
if (user !== undefined) await chown(compiled, user, user)
after(() => rm(compiled, { recursive: true, force: true }))

async function ownFolder(t: TestContext): Promise<Setting> {
  const cwd = await emptyFolder(t)
  if (user !== undefined) await chown(cwd, user, user)
  return { cwd, user, env: { HOME: cwd, NODE_COMPILE_CACHE: compiled, SALLYPORT_ORG_LISTEN: '127.0.0.1:0' } }
}

async function stopped(t: TestContext): Promise<Setting> {
  const setting = await ownFolder(t)
  await (await service(t, ['org', ...anyPort], setting)).stop()
  return setting
}

describe('what may not be written', () => {
  for (const command of ['org', 'up'])
    test(`a working directory in which ${command} may make no data folder`, async (t) => {
      const setting = await ownFolder(t)
      await chmod(setting.cwd, 0o555)
      const { code, stdout, stderr } = await sallyport([command, ...anyPort], setting)
      deepEqual([code, stdout], [1, ''])
      match(stderr, new RegExp(`^.*${join(setting.cwd, 'data')}\\b.*\nTry: ls -ld `))
      doesNotMatch(stderr, /unexpected/)
      deepEqual(await readdir(setting.cwd), [])
      match(
        (await sallyport(['doctor'], setting)).stdout,
        /^fail {2}storage: .*data does not exist, and this user may not/m,
      )
    })

  test('a data folder that may only be read, which starts again once it may be written', async (t) => {
    const setting = await stopped(t)
    const data = join(setting.cwd, 'data')
    await chmod(data, 0o555)
    const { code, stderr } = await sallyport(['org', ...anyPort], setting)
    equal(code, 1)
    match(stderr, /^\S+\/data\S* cannot be written: .*\nTry: ls -ld /)
    match((await sallyport(['doctor'], setting)).stdout, /^fail {2}storage: \S+\/data cannot be written by this user$/m)
    await chmod(data, 0o700)
    equal((await (await service(t, ['org', ...anyPort], setting)).stop()).code, 0)
  })

  test('a database that may only be read, as a copy from a backup can be', async (t) => {
    const setting = await stopped(t)
    const file = join(setting.cwd, 'data/org.db')
    await chmod(file, 0o400)
    const { code, stdout, stderr } = await sallyport(['org', ...anyPort], setting)
    deepEqual([code, stdout], [1, ''])
    match(stderr, /attempt to write a readonly database|org\.db cannot be written/)
    const report = await sallyport(['doctor'], setting)
    equal(report.code, 1)
    match(report.stdout, /^fail {2}storage: \S+\/org\.db cannot be written by this user\n +Try: ls -l \S+org\.db$/m)
    await chmod(file, 0o600)
    equal((await (await service(t, ['org', ...anyPort], setting)).stop()).code, 0)
  })
})
