import { deepEqual, equal } from 'node:assert/strict'
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { openRevocationLog, revocationLogFileName } from './revocation-log.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const revocation = (nth: number) => ({ grant: `${nth}`.padStart(32, '0'), at: nth, reason: 'replayed' })

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
    deepEqual(await openRevocationLog(folder, quiet).readAll(), [revocation(1), revocation(2), revocation(3)])
  })

  test('a line that a crash has cut off spoils neither the one before nor the one after', async (t) => {
    const folder = await folderFor(t)
    const log = openRevocationLog(folder, quiet)
    await log.append([revocation(1)])
    await appendFile(join(folder, revocationLogFileName), '{"grant":"000')
    await log.append([revocation(2)])
    deepEqual(await log.readAll(), [revocation(1), revocation(2)])
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
    deepEqual(await log.readAll(), [revocation(1), revocation(2)])
  })

  test('a store that never revoked anything has none', async (t) => {
    deepEqual(await openRevocationLog(await folderFor(t), quiet).readAll(), [])
  })
})
