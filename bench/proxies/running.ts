/** A proxy as a process of its own, started fresh, and gone again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Origin, ProxyTarget } from '../proxy-load/job.ts'
import { openTunnel } from '../proxy-load/tunnel.ts'
import { placed, type Placement } from '../run/placement.ts'
import { freshFolder } from '../run/places.ts'
import { account, type Proxy } from './proxy.ts'

export type RunningProxy = AsyncDisposable & { readonly target: ProxyTarget }
type Ask = { readonly origin: Origin; readonly placement: Placement; readonly from?: readonly string[] }

/** Resolves when a tunnel through it has echoed. What it prints goes to a file, so that nobody beside it works for its log. */
export async function startProxy(proxy: Proxy, { origin, placement, from = [] }: Ask): Promise<RunningProxy> {
  const folder = freshFolder()
  const port = await freePort()
  const log = join(folder.path, 'output')
  const { program, args } = proxy.command({ folder: folder.path, port, origin, from })
  const [first = program, ...rest] = [...placed(placement, 'server'), program, ...args]
  const output = openSync(log, 'a')
  const child = spawn(first, rest, { cwd: folder.path, stdio: ['ignore', output, output] })
  closeSync(output)
  const ended = once(child, 'exit')
  const dispose = async (): Promise<void> => {
    await stop(child, ended)
    folder[Symbol.dispose]()
  }
  try {
    const target = await ready({ child, port, origin })
    return { target, [Symbol.asyncDispose]: dispose }
  } catch (cause) {
    const said = readFileSync(log, 'utf8').slice(-2000)
    await dispose()
    throw new Error(`${[program, ...args].join(' ')} does not serve:\n${said}`, { cause })
  }
}

async function ready(started: {
  readonly child: ChildProcess
  readonly port: number
  readonly origin: Origin
}): Promise<ProxyTarget> {
  const { child, port, origin } = started
  if (child.pid === undefined) throw new Error('it could not be started')
  const authorization = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`
  const target = { host: '127.0.0.1', port, authorization, pids: [child.pid] }
  for (let attempt = 1; child.exitCode === null && child.signalCode === null; attempt += 1) {
    const failure = await echoesThrough(target, origin)
    if (failure === undefined) return { ...target, pids: withChildren(child.pid) }
    if (attempt === 300) throw new Error(`no tunnel through it within 30 s: ${failure}`)
    await sleep(100)
  }
  throw new Error('it ended')
}

/** Why not, if it does not. */
async function echoesThrough(proxy: ProxyTarget, origin: Origin): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = openTunnel({
    proxy,
    port: origin.echo,
    events: {
      opened: () => socket.write('ready?'),
      heard: () => resolve(undefined),
      failed: resolve,
      closed: () => resolve('the proxy closed the connection'),
    },
  })
  const deadline = setTimeout(resolve, 5000, 'no answer within 5 s')
  const failure = await promise
  clearTimeout(deadline)
  socket.destroy()
  return failure
}

/** The process, its children and theirs: helpers and workers do work of the proxy. */
function withChildren(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const)
  const all = [pid]
  for (const each of all) all.push(...parents.filter(([, parent]) => parent === each).map(([child]) => child))
  return all
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0 // gone in between
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.pid === undefined) return
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(force)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port of 127.0.0.1 is free')
  return address.port
}
