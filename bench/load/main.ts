/** The load process: a job on standard input, a report on standard output. */
import { text } from 'node:stream/consumers'
import { Chain } from './chain.ts'
import type { Job, LoadReport } from './job.ts'
import { processCpuSeconds } from './process-cpu.ts'
import { Samples } from './samples.ts'

const job = JSON.parse(await text(process.stdin)) as Job // written by our own runner
process.stdout.write(JSON.stringify(await load(job)))

type Mark = { readonly at: number; readonly loadCpu: number; readonly serverCpu: number | null }

function mark(pid: number): Mark {
  const { user, system } = process.cpuUsage()
  return { at: performance.now(), loadCpu: (user + system) / 1e6, serverCpu: processCpuSeconds(pid) }
}

async function load({ target, connections, warmupSeconds, seconds, replies }: Job): Promise<LoadReport> {
  if (target.refreshTokens.length < connections)
    throw new Error(`${target.refreshTokens.length} tokens for ${connections} connections`)
  const samples = new Samples()
  const failures: string[] = []
  let phase: 'warm-up' | 'measured' | 'over' = 'warm-up'
  let replyBytes = 0
  let begin = mark(target.pid)
  let finish: Mark | undefined

  function open(): void {
    samples.clear()
    begin = mark(target.pid)
    phase = 'measured'
    if (seconds !== null) setTimeout(close, seconds * 1000).unref()
  }
  function close(): void {
    phase = 'over'
    finish ??= mark(target.pid)
  }
  function replied(milliseconds: number, bodyBytes: number): boolean {
    if (phase === 'over') return false
    samples.add(milliseconds)
    replyBytes = bodyBytes
    if (phase === 'warm-up' || samples.count !== replies) return true
    close()
    return false
  }

  setTimeout(open, warmupSeconds * 1000).unref()
  const chains = await Promise.all(
    target.refreshTokens.slice(0, connections).map(async (token) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const chain = new Chain(target, token, { replied, failed: (why) => failures.push(why), closed: resolve })
      await promise
      return chain
    }),
  )
  finish ??= mark(target.pid)
  const lasted = (finish.at - begin.at) / 1000
  return {
    replies: samples.count,
    errors: failures.length,
    firstErrors: failures.slice(0, 5),
    seconds: lasted,
    perSecond: samples.count / lasted,
    latencyMs: samples.latency(),
    replyBytes,
    loadCpu: (finish.loadCpu - begin.loadCpu) / lasted,
    serverCpu:
      finish.serverCpu === null || begin.serverCpu === null ? null : (finish.serverCpu - begin.serverCpu) / lasted,
    refreshTokens: chains.map((chain) => chain.token),
  }
}
