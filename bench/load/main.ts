/** The load process: a job on standard input, a report on standard output. */
import { text } from 'node:stream/consumers'
import { Chain } from './chain.ts'
import type { Job, LoadReport } from './job.ts'
import { parseOwn } from './own-json.ts'
import { Window } from './window.ts'

const job = parseOwn<Job>(await text(process.stdin))
process.stdout.write(JSON.stringify(await load(job)))

async function load({ target, connections, warmupSeconds, seconds, replies }: Job): Promise<LoadReport> {
  const tokens = target.refreshTokens.slice(0, connections)
  if (tokens.length < connections) throw new Error(`${tokens.length} refresh tokens for ${connections} connections`)
  const window = new Window({ server: [target.pid], load: [] }, replies)
  setTimeout(() => {
    window.open()
    if (seconds !== null) setTimeout(() => window.close(), seconds * 1000).unref()
  }, warmupSeconds * 1000).unref()
  const last = await Promise.all(tokens.map((token) => runChain(token, { target, window })))
  return { ...window.figures(), refreshTokens: last }
}

/** The chain's newest token, once its connection is closed. */
async function runChain(token: string, { target, window }: { target: Job['target']; window: Window }): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const chain = new Chain(target, token, {
    replied: (milliseconds, bodyBytes) => window.reply(milliseconds, bodyBytes),
    postponed: () => window.postponement(),
    failed: (reason) => window.failure(reason),
    closed: resolve,
  })
  await promise
  return chain.token
}
