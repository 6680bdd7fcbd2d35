/** Streams of server-sent events: so many and no more, alive while nothing happens, ended when the server is. */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { EventPage } from '../keeper-face.ts'
import type { Log } from '../log.ts'

export type StreamTerms = {
  /** Of all tenants together, and of one. */
  readonly most: { readonly ofAll: number; readonly ofOne: number }
  /** Between two comments, ms. */
  readonly heartbeat: number
  /** How long a reader may leave what was written to it, ms; then it is dropped, and resumes by its last id. */
  readonly patience: number
}

const usual: StreamTerms = { most: { ofAll: 100, ofOne: 50 }, heartbeat: 15_000, patience: 30_000 }

export type Streams = {
  /** Undefined where there are too many. */
  readonly open: (tenant: string, reply: FastifyReply) => Stream | undefined
  /** Resolves when they have ended. */
  readonly close: () => Promise<void>
}

export type Stream = {
  /** When the reader has gone, or the server goes. */
  readonly signal: AbortSignal
  /** Resolves when the stream has ended. */
  readonly send: (pages: AsyncIterable<EventPage>, textOf: (page: EventPage, first: boolean) => string) => Promise<void>
}

type Open = { readonly tenant: string; readonly end: AbortController; readonly done: Promise<void> }

/** What a reader may still take when the server goes, ms. */
const lastMoment = 500

export function openStreams(log: Log, wanted: Partial<StreamTerms> = {}): Streams {
  const terms = { ...usual, ...wanted }
  const all = new Set<Open>()
  const isFull = (tenant: string): boolean =>
    all.size >= terms.most.ofAll || [...all].filter((each) => each.tenant === tenant).length >= terms.most.ofOne
  return {
    open(tenant, reply) {
      if (isFull(tenant)) return undefined
      const end = new AbortController()
      const { promise: done, resolve } = Promise.withResolvers<void>()
      const open: Open = { tenant, end, done }
      all.add(open)
      reply.raw.once('close', () => {
        end.abort()
        all.delete(open)
        resolve()
      })
      return {
        signal: end.signal,
        send: async (pages, textOf) => await send({ reply, terms, log, end }, pages, textOf),
      }
    },
    async close() {
      for (const { end } of all) end.abort()
      await Promise.all([...all].map(async ({ done }) => await done))
    },
  }
}

type Means = {
  readonly reply: FastifyReply
  readonly terms: StreamTerms
  readonly log: Log
  readonly end: AbortController
}

async function send(
  { reply, terms, log, end }: Means,
  pages: AsyncIterable<EventPage>,
  textOf: (page: EventPage, first: boolean) => string,
): Promise<void> {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'connection': 'close',
    'x-accel-buffering': 'no',
  }
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => end.abort()) // it has gone in the middle of a write
  raw.writeHead(200, { 'cache-control': 'no-store', ...headers })
  const heartbeat = setInterval(() => void (raw.writableLength === 0 && raw.write(': alive\n\n')), terms.heartbeat)
  try {
    let first = true
    for await (const page of pages) {
      raw.write(textOf(page, first))
      first = false
      if (await drained(raw, end.signal, terms.patience)) continue
      log.warn('keeper.event-reader-dropped', { waited: terms.patience })
      return void raw.destroy()
    }
  } catch (cause) {
    log.error('keeper.event-stream-failed', { cause: String(cause) })
  } finally {
    clearInterval(heartbeat)
    finish(raw)
  }
}

/** What was written goes out, but nobody is waited for. */
function finish(raw: ServerResponse): void {
  if (raw.destroyed) return
  const timer = setTimeout(() => raw.destroy(), lastMoment)
  raw.once('close', () => clearTimeout(timer))
  raw.end()
}

/** False where that took too long. */
async function drained(raw: ServerResponse, signal: AbortSignal, patience: number): Promise<boolean> {
  if (!raw.writableNeedDrain || signal.aborted) return true
  return await new Promise((resolve) => {
    const timer = setTimeout(() => settle(false), patience)
    const go = (): void => settle(true)
    function settle(inTime: boolean): void {
      clearTimeout(timer)
      raw.off('drain', go)
      signal.removeEventListener('abort', go)
      resolve(inTime)
    }
    raw.once('drain', go)
    signal.addEventListener('abort', go)
  })
}
