/** An environment file that is really written, by one process and by another. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { environmentFile } from '../../../src/cutover/adapters/environment-file.ts'
import { replaceableFile } from '../../../src/cutover/adapters/replace-file.ts'
import { secret } from '../../../src/values/secret.ts'
import { seconds } from '../../../src/values/time.ts'

const urls = { from: secret('http://u:old-word@old:9293'), to: secret('http://u:new-word@new:9293') }
const text = (url: string): string => `# ours\nA=1\nexport PROXY="${url}" # the pair\n\nB='x'\n`

type Place = {
  readonly path: string
  readonly folder: string
  readonly open: (after?: readonly string[]) => ReturnType<typeof environmentFile>
  readonly notes: Map<string, string>
}

async function openPlace(t: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'environment-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, '.env')
  await writeFile(path, text(urls.from.expose()), { mode: 0o640 })
  await chmod(path, 0o640)
  const notes = new Map<string, string>()
  let count = 0
  return {
    ...{ path, folder, notes },
    open: (after) =>
      environmentFile({
        ...{ path, name: 'PROXY', urls, after, within: seconds(5), unique: () => `${(count += 1)}` },
        notes: {
          read: async (key) => await Promise.resolve(notes.get(key)),
          write: async (key, value) => await Promise.resolve(void notes.set(key, value)),
        },
      }),
  }
}

test('the URL is replaced, and every other byte and the mode stay', async (t) => {
  const { path, folder, open } = await openPlace(t)
  const setting = open()
  const before = await setting.read()
  equal(before.at, 'from')
  deepEqual(await setting.move('to', before.version), { result: 'done' })
  equal(await readFile(path, 'utf8'), text(urls.to.expose()))
  equal((await stat(path)).mode & 0o777, 0o640)
  equal((await setting.read()).at, 'to')
  deepEqual(await readdir(folder), ['.env'], 'nothing stays beside it')
})

test('what somebody else has written meanwhile stays', async (t) => {
  const { path, open } = await openPlace(t)
  const setting = open()
  const { version } = await setting.read()
  await writeFile(path, `${text(urls.from.expose())}C=3\n`)
  deepEqual(await setting.move('to', version), { result: 'stale' })
  match(await readFile(path, 'utf8'), /old-word[^]*C=3/)
})

test('P-64: what was decided before a takeover is stale after it, and the file is as it was', async (t) => {
  const { path, open } = await openPlace(t)
  const [before, later] = [open(), open()]
  const { version } = await before.read()
  deepEqual(await later.invalidate(), { result: 'done' })
  deepEqual(await before.move('to', version), { result: 'stale' })
  equal(await readFile(path, 'utf8'), text(urls.from.expose()))
})

test('P-64: what a runner has written beside the file when it stands still is gone when it goes on', async (t) => {
  const { path, folder, open } = await openPlace(t)
  await writeFile(join(folder, '..env.sallyport-9'), text(urls.to.expose()))
  await open().invalidate()
  deepEqual(await readdir(folder), ['.env'])
  equal(await readFile(path, 'utf8'), text(urls.from.expose()))
})

test('a replacement that finds another version at its last look changes nothing', async (t) => {
  const { path, folder } = await openPlace(t)
  let meanwhile = async (): Promise<void> => await Promise.resolve()
  const file = replaceableFile(path, () => {
    void meanwhile()
    return 'x'
  })
  const { version } = await file.read()
  const done: Promise<void>[] = []
  meanwhile = async () => await Promise.resolve(void done.push(writeFile(path, 'C=3\n')))
  equal(await file.replace(Buffer.from('PROXY=x\n'), version), 'stale')
  await Promise.all(done)
  equal(await readFile(path, 'utf8'), 'C=3\n')
  deepEqual(await readdir(folder), ['.env'])
})

test('a value that is neither of the two is named without being shown', async (t) => {
  const { path, open } = await openPlace(t)
  await writeFile(path, 'PROXY=http://u:third-word@third:1\n')
  await rejects(
    open().read(),
    (cause: Error) => /neither of the two/.test(cause.message) && !/third/.test(cause.message),
  )
  await writeFile(path, 'A=1\n')
  await rejects(open().read(), /PROXY is not set in the file; write its line/)
  await rm(path)
  await rejects(open().read(), /\.env does not exist; name the file that your program reads$/)
})

test('a link into another folder is not followed, one within the folder is, and a file of two names is left alone', async (t) => {
  const { path, folder, open } = await openPlace(t)
  const elsewhere = join(folder, 'elsewhere')
  await mkdir(elsewhere)
  await writeFile(join(elsewhere, 'real'), text(urls.from.expose()))
  await rm(path)
  await symlink(join(elsewhere, 'real'), path)
  await rejects(open().read(), /is a link to .*elsewhere\/real; name that file itself/)
  await rm(path)
  await writeFile(join(folder, 'own'), text(urls.from.expose()))
  await symlink('own', path)
  const setting = open()
  deepEqual(await setting.move('to', (await setting.read()).version), { result: 'done' })
  equal(await readFile(join(folder, 'own'), 'utf8'), text(urls.to.expose()))
  await link(join(folder, 'own'), join(folder, 'second'))
  await rejects(setting.read(), /has 2 names/)
})

test('whoever reads the file is told of it; until that went well the traffic may leave by both', async (t) => {
  const { path, folder, open, notes } = await openPlace(t)
  const fails = [process.execPath, '-e', 'console.error("cannot restart http://u:new-word@new:9293"); process.exit(4)']
  const failing = open(fails)
  const refused = await failing.move('to', (await failing.read()).version)
  equal(refused.result, 'refused')
  match(refused.why ?? '', /ended with 4: cannot restart \[secret\]$/)
  equal(await readFile(path, 'utf8'), text(urls.to.expose()))
  equal((await failing.read()).at, 'both')
  const told = join(folder, 'told')
  const works = open([process.execPath, '-e', 'require("node:fs").writeFileSync(process.argv[1], "")', told])
  equal((await works.read()).at, 'both', 'another process knows it, too')
  deepEqual(await works.move('to', (await works.read()).version), { result: 'done' })
  equal((await works.read()).at, 'to')
  deepEqual(await readFile(told, 'utf8'), '')
  match([...notes].join(' '), /to told$/)
})

test('a program that does not end is cut off with all that it has started', async (t) => {
  const { open, folder } = await openPlace(t)
  const hangs = ['sh', '-c', `sleep 100 & echo $! > ${folder}/child; wait`]
  const path = join(folder, '.env')
  const setting = environmentFile({
    ...{ path, name: 'PROXY', urls, after: hangs, within: seconds(0.3), unique: () => 'x' },
    notes: { read: async () => await Promise.resolve(undefined), write: async () => await Promise.resolve() },
  })
  const went = await setting.move('to', (await open().read()).version)
  equal(went.result, 'refused')
  match(went.why ?? '', /was cut off: it did not end within 300 ms/)
  const child = Number(await readFile(join(folder, 'child'), 'utf8'))
  equal(await isGone(child), true)
})

async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return state === '' || /\) Z /.test(state)
}
