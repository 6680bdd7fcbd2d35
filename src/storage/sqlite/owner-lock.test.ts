import { equal, match, throws } from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { StorageFault } from '../storage.ts'
import { takeOwnerLock } from './owner-lock.ts'

describe('the owner of a file', () => {
  test('P-14: a second owner in the same process is refused, and the first still holds the lock', async (t) => {
    const folder = freshFolder(t)
    const lock = takeOwnerLock(folder, 'org')
    throws(() => takeOwnerLock(folder, 'org'), owned(/this very process/))
    equal(await tryInOtherProcess(folder), 'STORAGE_OWNED_BY_ANOTHER_PROCESS')
    lock.release()
  })

  test('P-14: another process is refused at once, and told the folder and the process number', async (t) => {
    const folder = freshFolder(t)
    const child = holder(t, folder)
    await once(child.stdout, 'data')
    throws(
      () => takeOwnerLock(folder, 'org'),
      owned(new RegExp(`org\\.db in ${folder} is in use by process ${child.pid}`)),
    )
    child.kill('SIGKILL')
    await once(child, 'close')
    takeOwnerLock(folder, 'org').release()
  })

  test('two systems in one folder do not meet', (t) => {
    const folder = freshFolder(t)
    const locks = [takeOwnerLock(folder, 'org'), takeOwnerLock(folder, 'keeper')]
    for (const lock of locks) lock.release()
  })

  test('releasing twice releases once, and the lock can be taken again', (t) => {
    const folder = freshFolder(t)
    const first = takeOwnerLock(folder, 'org')
    first.release()
    const second = takeOwnerLock(folder, 'org')
    first.release()
    throws(() => takeOwnerLock(folder, 'org'), StorageFault)
    second.release()
  })

  test('the lock file is private', (t) => {
    const folder = freshFolder(t)
    const lock = takeOwnerLock(folder, 'org')
    equal(statSync(join(folder, 'org.lock')).mode & 0o777, 0o600)
    lock.release()
  })

  test('a lock file that is something else is named, not overwritten', (t) => {
    const folder = freshFolder(t)
    writeFileSync(join(folder, 'org.lock'), 'shopping list: '.repeat(100))
    throws(
      () => takeOwnerLock(folder, 'org'),
      (fault: unknown) => fault instanceof StorageFault && fault.code === 'STORAGE_NOT_A_DATABASE',
    )
  })
})

function owned(means: RegExp): (fault: unknown) => boolean {
  return (fault) => {
    match(String(fault), means)
    return fault instanceof StorageFault && fault.code === 'STORAGE_OWNED_BY_ANOTHER_PROCESS' && fault.next.length > 0
  }
}

const module = JSON.stringify(new URL('./owner-lock.ts', import.meta.url).href)

/** Forgets what it was given, as a caller may who never releases; the lock must hold all the same. */
function holder(t: TestContext, folder: string) {
  const program = `import { takeOwnerLock } from ${module}; takeOwnerLock(process.argv[1], 'org'); gc(); console.log('held'); setInterval(gc, 100)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

async function tryInOtherProcess(folder: string): Promise<string> {
  const program = `import { takeOwnerLock } from ${module}; try { takeOwnerLock(process.argv[1], 'org'); console.log('taken') } catch (f) { console.log(f.code) }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(child, 'close')
  return said.trim()
}

function freshFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-lock-')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
