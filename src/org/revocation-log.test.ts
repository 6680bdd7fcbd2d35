import { deepEqual, equal, rejects } from 'node:assert/strict'
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { Log, RevocationLog } from './parts.ts'
import { openRevocationLog, revocationLogFileName } from './revocation-log.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const revocation = (nth: number) => ({ grant: `${nth}`.padStart(32, '0'), at: nth, reason: 'replayed' })

const readNow = async (log: RevocationLog) => (await log.readAll()).revocations

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-log-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('the log of revocations', () => {
  test('P-08: what was appended is read by the next process', async (t) => {
    const folder = await folderFor(t)
    const log = openRevocationLog(folder, quiet)
    await Promise.all([log.append([revocation(1)]), log.append([revocation(2), revocation(3)])])
    const all = [revocation(1), revocation(2), revocation(3)]
    deepEqual(await openRevocationLog(folder, quiet).readAll(), { revocations: all, since: 0 })
  })

  test('a line that a crash has cut off spoils neither the one before nor the one after', async (t) => {
    const folder = await folderFor(t)
    const log = openRevocationLog(folder, quiet)
    await log.append([revocation(1)])
    await appendFile(join(folder, revocationLogFileName), '{"grant":"000')
    await log.append([revocation(2)])
    deepEqual(await readNow(log), [revocation(1), revocation(2)])
  })

  test('what could not be written is logged, and written with the next revocation', async (t) => {
    const folder = await folderFor(t)
    const said: string[] = []
    const log = openRevocationLog(folder, { ...quiet, error: (event) => void said.push(event) })
    await mkdir(join(folder, revocationLogFileName)) // a folder in its place: nothing can be appended to it
    await log.append([revocation(1)])
    equal(said.length, 1)
    await rm(join(folder, revocationLogFileName), { recursive: true })
    await log.append([revocation(2)])
    deepEqual(await readNow(log), [revocation(1), revocation(2)])
  })

  test('a store that never revoked anything has none', async (t) => {
    deepEqual(await openRevocationLog(await folderFor(t), quiet).readAll(), { revocations: [], since: 0 })
  })
})

describe('forgetting revocations', () => {
  const pathIn = (folder: string) => join(folder, revocationLogFileName)
  async function filled(t: TestContext, log: Log = quiet) {
    const folder = await folderFor(t)
    const opened = openRevocationLog(folder, log)
    for (const nth of [10, 20, 30]) await opened.append([revocation(nth)])
    return { folder, log: opened }
  }

  test('those of before an instant go, and the next process is told since when the log is whole', async (t) => {
    const { folder, log } = await filled(t)
    await log.forget(20)
    const left = { revocations: [revocation(20), revocation(30)], since: 20 }
    deepEqual(await log.readAll(), left)
    deepEqual(await openRevocationLog(folder, quiet).readAll(), left)
    equal((await stat(pathIn(folder))).mode & 0o777, 0o600)
  })

  test('the file shrinks, by whatever a crash had cut off as well', async (t) => {
    const { folder, log } = await filled(t)
    await appendFile(pathIn(folder), '{"grant":"000')
    const before = (await stat(pathIn(folder))).size
    await log.forget(30)
    equal((await stat(pathIn(folder))).size < before, true)
    await log.append([revocation(40)])
    deepEqual(await log.readAll(), { revocations: [revocation(30), revocation(40)], since: 30 })
  })

  test('where nothing is so old, nothing is written', async (t) => {
    const { folder, log } = await filled(t)
    const { ino } = await stat(pathIn(folder))
    await log.forget(10)
    equal((await stat(pathIn(folder))).ino, ino)
    equal((await log.readAll()).since, 0)
    const empty = await folderFor(t)
    await openRevocationLog(empty, quiet).forget(10)
    await rejects(stat(pathIn(empty)), { code: 'ENOENT' })
  })

  test('what is known to be forgotten never becomes less', async (t) => {
    const { log } = await filled(t)
    await log.forget(30)
    await log.append([revocation(5)]) // by a clock that a test has put back
    await log.forget(6)
    deepEqual(await log.readAll(), { revocations: [revocation(30)], since: 30 })
  })

  test('revocations that come while it is written are neither lost nor written twice', async (t) => {
    const { log } = await filled(t)
    const many = Array.from({ length: 50 }, (_, n) => revocation(100 + n))
    await Promise.all([...many.slice(0, 25).map((each) => log.append([each])), log.forget(25)])
    await Promise.all([log.forget(30), ...many.slice(25).map((each) => log.append([each]))])
    deepEqual(await readNow(log), [revocation(30), ...many])
  })

  test('a crash before the new file takes the place of the old one leaves the old one whole', async (t) => {
    const { folder, log } = await filled(t)
    await writeFile(`${pathIn(folder)}.new`, '{"since":30}\n{"gra')
    deepEqual(await openRevocationLog(folder, quiet).readAll(), {
      ...{ revocations: [revocation(10), revocation(20), revocation(30)], since: 0 },
    })
    await log.forget(20)
    deepEqual(await readNow(log), [revocation(20), revocation(30)])
  })

  test('a file that cannot be written is logged, and all lines stay', async (t) => {
    const said: string[] = []
    const { folder, log } = await filled(t, { ...quiet, error: (event) => void said.push(event) })
    const before = await readFile(pathIn(folder), 'utf8')
    await mkdir(join(`${pathIn(folder)}.new`, 'in the way'), { recursive: true })
    await log.forget(30)
    deepEqual(said, ['revocation-log-not-shortened'])
    equal(await readFile(pathIn(folder), 'utf8'), before)
    await log.append([revocation(40)])
    equal((await readNow(log)).length, 4)
  })
})
