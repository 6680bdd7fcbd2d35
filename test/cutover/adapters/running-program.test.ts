/** A program that moves traffic outlives a runner that was killed: whoever takes over ends it. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningProgram } from '../../../src/cutover/adapters/running-program.ts'

const from = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href)

/** Starts a program that tells its number to a socket, which ends when it ends. */
const runner = (note: string, port: number): string => `
  const { commands } = await import(${from('cutover/adapters/commands.ts')})
  const { runningProgram } = await import(${from('cutover/adapters/running-program.ts')})
  const { secret } = await import(${from('values/secret.ts')})
  const program = "require('net').connect(${port}, '127.0.0.1').write(String(process.pid)); setInterval(() => {}, 1000)"
  const urls = { from: secret('http://a:1'), to: secret('http://b:1') }
  await commands({
    argv: { read: [], move: [process.execPath, '-e', program], back: [] },
    within: 60000, app: 'A', urls, addresses: { from: [], to: [] },
    running: runningProgram(${JSON.stringify(note)}, () => Promise.resolve()),
  }).move('to', 'from')`

type Left = { readonly note: string; readonly pid: number; readonly socket: Socket }

/** What a runner has left that was killed while its program ran. */
async function leave(t: TestContext): Promise<Left> {
  const folder = await mkdtemp(join(tmpdir(), 'running-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const note = join(folder, 'notes', 'program')
  const { port } = server.address() as AddressInfo
  const killed = spawn(process.execPath, ['--input-type=module', '-e', runner(note, port)], { stdio: 'inherit' })
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [said] = (await once(socket, 'data')) as [Buffer]
  const pid = Number(said.toString())
  t.after(() => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // it was ended, as it should be
    }
  })
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  return { note, pid, socket }
}

const wait = async (length: number): Promise<void> => await sleep(length)
const isLinux = process.platform === 'linux'

test('P-64: the program of a runner that was killed runs on, and is ended by whoever takes over', async (t) => {
  if (!isLinux) return t.diagnostic('elsewhere its longest time is waited out')
  const { note, pid, socket } = await leave(t)
  equal(process.kill(pid, 0), true, 'it runs on')
  equal((await stat(note)).mode & 0o777, 0o600)
  const closed = once(
    socket.on('error', () => undefined),
    'close',
  )
  deepEqual(await runningProgram(note, wait).endIt(), { result: 'done' })
  await closed
})

test('P-64: what has its number and began at another time is somebody else’s, and is left alone', async (t) => {
  if (!isLinux) return t.diagnostic('elsewhere nothing is ended')
  const { note, pid } = await leave(t)
  const noted = await readFile(note, 'utf8')
  match(noted, new RegExp(`"group":${pid},"start":"\\d+"`))
  for (const other of [noted.replace(/"start":"/, '"start":"9'), noted.replace(/"boot":"/, '"boot":"9'), '', '{"gr']) {
    await writeFile(note, other)
    deepEqual(await runningProgram(note, wait).endIt(), { result: 'done' })
    equal(process.kill(pid, 0), true, other)
  }
})
