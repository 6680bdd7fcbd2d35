import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { emptyFolder, sallyport, service } from './command.ts'

const anyPort = ['--listen', '127.0.0.1:0'] as const

describe('a started org', () => {
  test('says first, as JSON, where it listens, and after that which rotation mode is in force (L-21)', async (t) => {
    const env = { SALLYPORT_ORG_ROTATION_MODE: 'overlap' }
    const org = await service(t, ['org', ...anyPort], { cwd: await emptyFolder(t), env })
    const first: unknown = JSON.parse(org.stdout().split('\n')[0] ?? '')
    deepEqual(first, { event: 'listening', service: 'org', url: org.url })
    equal((await fetch(`${org.url}/login`)).status, 200)
    match(await org.prints(/Rotation mode: .*/), /overlap.*10 s/)
  })

  test('ends with 0 at SIGTERM and lets the next one have its data', async (t) => {
    const cwd = await emptyFolder(t)
    const first = await service(t, ['org', ...anyPort], { cwd })
    const { code, stdout } = await first.stop()
    deepEqual([code, stdout.split('\n').length], [0, 2])
    const second = await service(t, ['org', ...anyPort], { cwd })
    equal((await second.stop('SIGINT')).code, 0)
  })
})

describe('an org that cannot start', () => {
  test('says that another program has the port', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    t.after(() => taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const args = ['org', '--storage', 'sqlite::memory:', '--listen', `127.0.0.1:${port}`]
    const { code, stdout, stderr } = await sallyport(args, { cwd: await emptyFolder(t) })
    deepEqual([code, stdout], [1, ''])
    match(stderr, new RegExp(`^Another program listens on 127\\.0\\.0\\.1:${port}\\.$`, 'm'))
    match(stderr, /^Try: ss -ltnp/m)
    match(stderr, /^Try: .*--listen 127\.0\.0\.1:0$/m)
  })

  test('P-14: names the process that owns the data, and where that is killed, it leaves no lock behind', async (t) => {
    const cwd = await emptyFolder(t)
    const owner = await service(t, ['org', ...anyPort], { cwd })
    const { code, stdout, stderr } = await sallyport(['org', ...anyPort], { cwd })
    deepEqual([code, stdout], [1, ''])
    match(stderr, new RegExp(`in use by process ${owner.pid}`))
    match(stderr, new RegExp(`^Try: ps -p ${owner.pid}$`, 'm'))
    equal((await fetch(`${owner.url}/login`)).status, 200)
    await owner.stop('SIGKILL')
    equal((await (await service(t, ['org', ...anyPort], { cwd })).stop()).code, 0)
  })

  test('says that its folder cannot be made', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'data'), 'a file where the folder belongs')
    const { code, stderr } = await sallyport(['org', ...anyPort], { cwd })
    equal(code, 1)
    match(stderr, /data cannot be written: /)
    match(stderr, /^Try: ls -ld /m)
  })

  test('refuses a database from a newer version', async (t) => {
    const cwd = await emptyFolder(t)
    await (await service(t, ['org', ...anyPort], { cwd })).stop()
    const database = new DatabaseSync(join(cwd, 'data/org.db'))
    const row = 'INSERT INTO sallyport_migrations (id, name, checksum, applied_at) VALUES (999, ?, ?, 0)'
    database.prepare(row).run('from-the-future', 'x')
    database.close()
    const { code, stderr } = await sallyport(['org', ...anyPort], { cwd })
    equal(code, 1)
    match(stderr, /has schema 999 \(from-the-future\)/)
    match(stderr, /^Try: Start the newer version/m)
    const doctor = await sallyport(['doctor'], { cwd, env: { SALLYPORT_ORG_LISTEN: '127.0.0.1:0' } })
    equal(doctor.code, 1)
    match(
      doctor.stdout,
      /^fail {2}storage: \S+\/org\.db has schema 999; this version knows \d+\n +Try: Start the newer version/m,
    )
    const untouched = new DatabaseSync(join(cwd, 'data/org.db'))
    untouched.exec('DELETE FROM sallyport_migrations WHERE id = 999')
    untouched.close()
    equal((await (await service(t, ['org', ...anyPort], { cwd })).stop()).code, 0)
  })

  test('refuses a file that is no database', async (t) => {
    const cwd = await emptyFolder(t)
    await mkdir(join(cwd, 'data'))
    await writeFile(join(cwd, 'data/org.db'), 'these are my holiday pictures, not a database at all. '.repeat(100))
    const { code, stderr } = await sallyport(['org', ...anyPort], { cwd })
    equal(code, 1)
    match(stderr, /is not a database of Sallyport/)
  })

  test('names line and column of a fault in the org file, and the nearest known key', async (t) => {
    const cwd = await emptyFolder(t)
    await writeFile(join(cwd, 'org.yaml'), 'users:\n  - { usrname: a@b.c }\n')
    const { code, stderr } = await sallyport(['org', '--file', 'org.yaml', ...anyPort], { cwd })
    equal(code, 1)
    match(stderr, /^org\.yaml:2:\d+: users\[0\]\.usrname: /m)
    match(stderr, /^Try: Did you mean username\?$/m)
  })

  test('refuses an admin token that others may read', async (t) => {
    const cwd = await emptyFolder(t)
    await (await service(t, ['org', ...anyPort], { cwd })).stop()
    await chmod(join(cwd, 'data/admin-token'), 0o644)
    const { code, stderr } = await sallyport(['org', ...anyPort], { cwd })
    equal(code, 1)
    match(stderr, /^The org cannot start: .*admin-token may be read by others \(mode 644\): chmod 600 /m)
  })

  test('does not repeat a password in the storage setting', async (t) => {
    const cwd = await emptyFolder(t)
    const storages = [
      'postgres://user:canary-9c2@db/x',
      'postgre://user:canary-9c2@db/x',
      'sqlite://user:canary-9c2@db',
    ]
    for (const storage of storages) {
      const { code, stdout, stderr } = await sallyport(['org', '--storage', storage, ...anyPort], { cwd })
      equal(code, 1, storage)
      match(stderr, /^Try: /m)
      doesNotMatch(stdout + stderr, /canary/)
    }
  })
})
