import { deepEqual, equal, match } from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { freshFolder, startSpool } from './spool-process.ts'

const replyBytes = 100_000

describe('a disk that fills up while a refresh is under way', () => {
  test('P-26: no file may grow any more: the reply is kept all the same, and no other refresh begins', async (t) => {
    const folder = await freshFolder(t)
    const spool = await startSpool(t, { folder, replyBytes })
    equal(await spool.ask('reserve 1'), 'reserved')
    const [slot = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.slot'),
    )
    const { size } = statSync(join(folder, slot))
    execFileSync('prlimit', ['--pid', String(spool.pid), `--fsize=${size}:`])
    equal(await spool.ask(`keep 1 ${replyBytes}`), 'kept')
    execFileSync('prlimit', ['--pid', String(spool.pid), `--fsize=${size - 1}:`])
    match(JSON.stringify(await spool.ask('reserve 2')), /"refused":"not-writable","means":"No place for a reply/)
    await spool.kill()
    deepEqual(await (await startSpool(t, { folder })).ask('found'), [{ attempt: 1, bytes: replyBytes }])
  })

  test('P-26: a file system without a byte left: the reply is kept all the same, and no other refresh begins', async (t) => {
    const folder = join(await freshFolder(t), 'small')
    await mkdir(folder)
    const within = mounting(folder)
    if (spawnSync(within[0], [...within.slice(1), 'true']).status !== 0)
      return console.log(
        'No file system can be mounted here: a full disk is played by a limit on the size of files alone.',
      )
    const spool = await startSpool(t, { folder, replyBytes, within })
    const seen = `/proc/${spool.pid}/root${folder}`
    equal(await spool.ask('reserve 1'), 'reserved')
    writeUntilFull(join(seen, 'filler'))
    equal(await spool.ask(`keep 1 ${replyBytes}`), 'kept')
    match(JSON.stringify(await spool.ask('reserve 2')), /"refused":"not-writable".*ENOSPC/)
    match(JSON.stringify(await spool.ask(`keep 1 ${replyBytes + 50_000}`)), /failed.*ENOSPC/)
    rmSync(join(seen, 'filler'))
    equal(await spool.ask(`keep 1 ${replyBytes + 50_000}`), 'kept')
    equal(await spool.ask('release 1'), 'released')
    equal(await spool.ask('reserve 2'), 'reserved')
  })
})

const mounting = (folder: string): readonly [string, ...string[]] => [
  'unshare',
  ...['--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=4m none "$0" && exec "$@"', folder],
]

/** Never more than that disk can hold, wherever the path should lead. */
function writeUntilFull(path: string): void {
  const file = openSync(path, 'wx')
  try {
    for (let written = 0; written <= 4 * 1024 * 1024; written += 4096) writeSync(file, new Uint8Array(4096))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') return
    throw cause
  } finally {
    closeSync(file)
  }
  rmSync(path)
  throw new Error(`${path} is not on a disk of 4 MB`)
}
