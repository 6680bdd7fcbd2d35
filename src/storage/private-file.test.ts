import { equal, match, rejects } from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { OpenToOthers, readPrivateFile, writePrivateFile } from './private-file.ts'

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-private-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('a private file', () => {
  test('is for its owner alone, in a folder for its owner alone', async (t) => {
    const folder = join(await folderFor(t), 'made', 'here')
    await writePrivateFile(join(folder, 'key'), 'k')
    equal((await stat(join(folder, 'key'))).mode & 0o777, 0o600)
    equal((await stat(folder)).mode & 0o777, 0o700)
    equal(await readPrivateFile(join(folder, 'key')), 'k')
  })

  test('that is not there is undefined', async (t) => {
    equal(await readPrivateFile(join(await folderFor(t), 'key')), undefined)
  })

  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
    test(`with mode ${mode.toString(8)} is not read, and the words say what to do`, async (t) => {
      const path = join(await folderFor(t), 'key')
      await writeFile(path, 'k')
      await chmod(path, mode)
      await rejects(readPrivateFile(path), (cause: Error) => {
        match(cause.message, new RegExp(`mode ${mode.toString(8)}\\): chmod 600 ${path}`))
        return cause instanceof OpenToOthers
      })
    })

  test('is private again when it is written, and what a killed writer left beside is no obstacle', async (t) => {
    const folder = await folderFor(t)
    const path = join(folder, 'key')
    await writeFile(path, 'old', { mode: 0o644 })
    await writeFile(`${path}.new`, 'half', { mode: 0o644 })
    await writePrivateFile(path, 'new')
    equal(await readPrivateFile(path), 'new')
    equal((await readdir(folder)).join(), 'key')
  })

  test('that cannot be written stays what it was, and the error names it', async (t) => {
    const path = join(await folderFor(t), 'key')
    await writePrivateFile(path, 'old')
    await mkdir(join(`${path}.new`, 'in the way'), { recursive: true })
    await rejects(writePrivateFile(path, 'new'), (cause: Error) => JSON.stringify(cause).includes(path))
    equal(await readFile(path, 'utf8'), 'old')
  })
})
