/** The admin token is shown once in the life of the data: not by a start that fails, and not never. */
import { doesNotMatch, equal, match } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { emptyFolder, sallyport, service } from './command.ts'
import { startUp } from './demonstration.ts'

const anyPort = ['--listen', '127.0.0.1:0'] as const

async function takenPort(t: TestContext): Promise<readonly string[]> {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  return ['--listen', `127.0.0.1:${port}`]
}

const kept = async (cwd: string): Promise<string> => (await readFile(join(cwd, 'data/admin-token'), 'utf8')).trim()
const count = (text: string, part: string): number => text.split(part).length - 1

describe('the admin token', () => {
  test('a first start that fails keeps none, so that the first one that succeeds prints it', async (t) => {
    const cwd = await emptyFolder(t)
    const failed = await sallyport(['org', ...(await takenPort(t))], { cwd })
    match(failed.stderr, /^Another program listens on /m)
    doesNotMatch(failed.stdout + failed.stderr, /sp_admin_/)
    equal((await readdir(join(cwd, 'data'))).includes('admin-token'), false)
    const org = await service(t, ['org', ...anyPort], { cwd })
    const [, printed] = /Admin token: (sp_admin_\S+)/.exec(await org.prints(/Admin token: .*\n.*\n/)) ?? []
    equal(printed, await kept(cwd))
  })

  test('the same for up: its first start that succeeds prints it, once', async (t) => {
    const cwd = await emptyFolder(t)
    equal((await sallyport(['up', ...(await takenPort(t))], { cwd })).code, 1)
    const { up } = await startUp(t, { cwd })
    equal(count(up.stdout() + up.stderr(), await kept(cwd)), 1)
  })

  test('later starts: one that fails leaves the token in force, none prints it again, and each says whether it was given or where it is kept', async (t) => {
    const cwd = await emptyFolder(t)
    await (await service(t, ['org', ...anyPort], { cwd })).stop()
    const token = await kept(cwd)
    const failed = await sallyport(['org', ...(await takenPort(t))], { cwd })
    const again = await service(t, ['org', ...anyPort], { cwd })
    match(await again.prints(/Admin token: .*\n/), /^Admin token: kept in \S+\/data\/admin-token /)
    const authorization = `Bearer ${token}`
    equal((await fetch(`${again.url}/admin/v1/apps`, { headers: { authorization } })).status, 200)
    const ended = await again.stop()
    const env = { SALLYPORT_ADMIN_TOKEN: 'given-by-whoever-starts-it' }
    const third = await service(t, ['org', ...anyPort], { cwd, env })
    match(await third.prints(/Admin token: .*\n/), /^Admin token: as given in SALLYPORT_ADMIN_TOKEN\./)
    const said = [failed, ended, await third.stop()].map(({ stdout, stderr }) => stdout + stderr).join('')
    equal(count(said, token), 0)
  })
})
