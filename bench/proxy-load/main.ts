/** The load process of the proxy bench: a job on standard input, figures on standard output. */
import { text } from 'node:stream/consumers'
import type { Figures } from '../load/job.ts'
import { parseOwn } from '../load/own-json.ts'
import { Window } from '../load/window.ts'
import { runFlood } from './flood.ts'
import { runGets } from './gets.ts'
import type { ProxyJob } from './job.ts'
import { runSetUps } from './set-ups.ts'

const loads: Readonly<Record<ProxyJob['measure'], (job: ProxyJob, window: Window) => Promise<void>>> = {
  'set-ups': runSetUps,
  'steady': runSetUps,
  'gets': runGets,
  'latency': runGets,
  'flood': runFlood,
}

process.stdout.write(JSON.stringify(await run(parseOwn<ProxyJob>(await text(process.stdin)))))

/** A proxy that hangs ends the run as an error. */
async function run(job: ProxyJob): Promise<Figures> {
  const { proxy, origin, warmupSeconds, seconds } = job
  const watched = proxy === null ? { server: [origin.pid], load: [] } : { server: proxy.pids, load: [origin.pid] }
  const window = new Window(watched, null)
  setTimeout(() => {
    window.open()
    setTimeout(() => window.close(), seconds * 1000)
  }, warmupSeconds * 1000)
  const hung = Promise.withResolvers<void>()
  const alarm = setTimeout(
    () => {
      window.failure('some connection did not end within 30 s of the end of the measurement')
      hung.resolve()
    },
    (warmupSeconds + seconds + 30) * 1000,
  )
  await Promise.race([loads[job.measure](job, window), hung.promise])
  clearTimeout(alarm)
  return window.figures()
}
