/** A gateway in a process of its own, and what its process holds: descriptors, memory, tunnels. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { UsageView } from '../../src/gateway/metering/meter.ts'
import { startHealthTarget, type GatewayWish, type Scope } from './kit.ts'

/** As it goes through JSON. */
export type ChildWish = Pick<GatewayWish, 'allow' | 'configuration' | 'storage'> & {
  readonly healthTarget: string
  /** URL of a proxy that is its one egress, in the place of the pair. */
  readonly via?: string
}

/** Memory in bytes. */
export type Held = {
  readonly heapUsed: number
  readonly external: number
  readonly arrayBuffers: number
  readonly rss: number
  readonly live: number
  /** How tunnels have ended, by the word in their record. */
  readonly ends: Readonly<Record<string, number>>
  readonly usage: readonly UsageView[]
}

export type Question = 'what do you hold?' | 'at a glance?'

export type ChildGateway = {
  readonly host: string
  readonly port: number
  readonly pid: number
  readonly adminUrl: string
  readonly adminToken: string
  /** After a collection. */
  readonly held: () => Promise<Held>
  /** The same without the collection, which takes its time: for what is asked again and again. */
  readonly glance: () => Promise<Held>
  /** Of the process; counted by the kernel. */
  readonly descriptors: () => number
  /** Resolves with the exit code and what it printed at its end. */
  readonly terminate: () => Promise<{ readonly code: number | null; readonly printed: string }>
  /** kill -9; resolves when the process is gone. */
  readonly kill: () => Promise<void>
  readonly gone: Promise<unknown>
}

const program = new URL('child-gateway.ts', import.meta.url).pathname

export async function startChildGateway(
  t: Scope,
  wish: Omit<ChildWish, 'healthTarget'> & { readonly healthTarget?: string },
): Promise<ChildGateway> {
  const healthTarget = wish.healthTarget ?? (await startHealthTarget(t))
  const child = fork(program, [JSON.stringify({ ...wish, healthTarget })], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const gone = once(child, 'exit')
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await gone
  }
  t.after(kill)
  const lines: string[] = []
  if (child.stdout === null || child.pid === undefined) throw new Error('the gateway did not start')
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  await Promise.race([once(reader, 'line'), gone.then(() => Promise.reject(new Error('the gateway ended at once')))])
  const { url, adminUrl, adminToken } = JSON.parse(lines[0] ?? '') as Record<'url' | 'adminUrl' | 'adminToken', string>
  const { hostname, port } = new URL(url)
  const { pid } = child
  const asked = async (question: Question): Promise<Held> => {
    const ended = gone.then(() => Promise.reject(new Error('the gateway has ended')))
    const answered = once(child, 'message')
    child.send(question)
    const [held] = (await Promise.race([answered, ended])) as [Held]
    return held
  }
  return {
    ...{ host: hostname, port: Number(port), pid, adminUrl, adminToken, kill, gone },
    held: () => asked('what do you hold?'),
    glance: () => asked('at a glance?'),
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    async terminate() {
      child.kill('SIGTERM')
      const [code] = (await gone) as [number | null]
      return { code, printed: lines.slice(1).join('\n') }
    },
  }
}

/** Asks again until it is so; rejects with what was last seen once `within` milliseconds are over. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  isSo: (seen: Awaited<T>) => boolean,
  within = 10_000,
): Promise<Awaited<T>> {
  const until = performance.now() + within
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (performance.now() > until) throw new Error(`after ${within} ms it is still ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
