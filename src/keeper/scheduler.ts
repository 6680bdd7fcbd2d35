/** Looks after connections of which nobody asks anything: exchanges what is due, goes on with what is in doubt, and judges what a process that died has left.
 *  Several processes may do so over one vault: what one of them does, the others find done. */
import { milliseconds } from '../values/time.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { refresh, type When } from './refresh/refresh.ts'
import { dueConnections, strandedConnections, type LeftOpen } from './store/read-due.ts'

export type Scheduler = {
  /** One round now; resolves with how many connections were looked at. */
  readonly round: () => Promise<number>
  /** Begins no further exchange; resolves when those that are under way have ended. */
  readonly close: () => Promise<void>
}

/** At one time, in this process. */
const atOnce = 8
/** Of one round; a day of 100,000 connections has 17 rounds of them in an hour. */
const most = 500

export function openScheduler(parts: ExchangeParts, { every }: { readonly every: number | 'off' }): Scheduler {
  const state = { closed: false }
  let running: Promise<number> = Promise.resolve(0)
  const round = (): Promise<number> => (running = running.then(() => lookAfter(parts, state)))
  const tick = async (): Promise<void> => {
    try {
      await round()
    } catch (cause) {
      running = Promise.resolve(0)
      parts.log.error('keeper.round-failed', { cause: String(cause) })
    }
    next()
  }
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    if (!state.closed && every !== 'off') timer = setTimeout(() => void tick(), jittered(parts, every)).unref()
  }
  next()
  return {
    round,
    async close() {
      state.closed = true
      clearTimeout(timer)
      await running.catch(() => 0)
    },
  }
}

/** A tenth more or less, so that processes that were started together do not stay together. */
function jittered({ random }: ExchangeParts, every: number): number {
  const [byte = 0] = random(1)
  return every * (0.9 + (byte / 255) * 0.2)
}

async function lookAfter(parts: ExchangeParts, state: { readonly closed: boolean }): Promise<number> {
  const { storage, replies, clock } = parts
  await replies.adoptLeftovers()
  const stranded = await storage.read(() => strandedConnections({ limit: most }))
  await eachOf(stranded, state, async (each) => await look(parts, each, { kind: 'never' }))
  const due = await storage.read(() => dueConnections({ now: clock(), limit: most }))
  await eachOf(due, state, async (each) => await look(parts, each, { kind: 'if-due' }))
  return stranded.length + due.length
}

async function look(parts: ExchangeParts, { key }: LeftOpen, when: When): Promise<void> {
  try {
    const done = await refresh(parts, { key, when, patienceUntil: parts.clock() })
    const what = done.kind === 'exchanged' ? done.outcome.kind : done.kind
    parts.log.info('keeper.looked-after', { ...key, what })
  } catch (cause) {
    parts.log.error('keeper.look-failed', { ...key, cause: String(cause) })
    await parts.wait(milliseconds(10)) // one that cannot be opened must not make the round spin
  }
}

async function eachOf(
  all: readonly LeftOpen[],
  state: { readonly closed: boolean },
  work: (each: LeftOpen) => Promise<void>,
): Promise<void> {
  const waiting = all.values()
  const worker = async (): Promise<void> => {
    for (const each of waiting) {
      if (state.closed) return
      await work(each)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker))
}
