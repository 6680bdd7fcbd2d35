/** Tells somebody outside of what happens: one after the other, a few tries each, and never so that the cutover waits for it. */
import type { Clock } from '../values/domain.ts'
import { isoText, milliseconds, seconds, type Duration } from '../values/time.ts'
import type { StoredNotice } from './store/notices.ts'

export type NoticeKind =
  | 'cutover.begun'
  | 'cutover.step_done'
  | 'cutover.waiting'
  | 'cutover.turned_back'
  | 'cutover.halted'
  | 'cutover.aborted'
  | 'cutover.rolled_back'
  | 'cutover.done'

/** As webhooks of the keeper have it: `id` is the same over all tries, `data.next` is what to do. */
export type NoticeMessage = {
  readonly id: string
  readonly type: NoticeKind
  /** ISO 8601. */
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
}

export type Told = { readonly kind: 'taken' } | { readonly kind: 'failed'; readonly why: string }

export type NotifierParts = {
  readonly clock: Clock
  readonly wait: (length: Duration, brokenOff: AbortSignal) => Promise<void>
  readonly newId: () => string
  /** One try. Never rejects; breaks off when the signal says so. */
  readonly deliver: (message: NoticeMessage, signal: AbortSignal) => Promise<Told>
  /** Never rejects. */
  readonly note: (notice: StoredNotice) => Promise<void>
}

export type Notifier = {
  /** Returns at once. */
  readonly tell: (type: NoticeKind, data: Readonly<Record<string, unknown>>) => void
  /** Resolves when all is told, or soon: what is not told by then is given up. */
  readonly close: () => Promise<void>
}

/** Before the second try and the third. */
const pauses: readonly Duration[] = [seconds(1), seconds(5)]
const mostWaiting = 50
/** How long whoever ends waits for what is not told yet. */
export const farewell: Duration = milliseconds(4000)

export function openNotifier(parts: NotifierParts): Notifier {
  const { clock, newId, note, wait } = parts
  const waiting: NoticeMessage[] = []
  const breaking = new AbortController()
  let telling: Promise<void> | undefined
  const giveUp = async (message: NoticeMessage, attempts: number, why: string): Promise<void> =>
    await note({ at: clock(), event: message.type, result: 'given-up', attempts, why })
  const tellAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      if (breaking.signal.aborted) await giveUp(next, 0, 'the run ended before it was its turn')
      else await tellOne(parts, next, breaking.signal)
    telling = undefined
  }
  return {
    tell(type, data) {
      const oldest = waiting.length >= mostWaiting ? waiting.shift() : undefined
      if (oldest !== undefined) void giveUp(oldest, 0, 'too many were waiting')
      waiting.push({ id: newId(), type, timestamp: isoText(clock()), data })
      telling ??= tellAll()
    },
    async close() {
      const over = new AbortController()
      const late = wait(farewell, over.signal).catch(() => undefined)
      await Promise.race([telling, late])
      breaking.abort()
      over.abort()
      await telling
    },
  }
}

async function tellOne(parts: NotifierParts, message: NoticeMessage, signal: AbortSignal): Promise<void> {
  const { clock, deliver, note, wait } = parts
  for (let attempts = 1; ; attempts += 1) {
    const told = await deliver(message, signal)
    const about = { event: message.type, attempts }
    if (told.kind === 'taken') return await note({ ...about, at: clock(), result: 'delivered', why: null })
    const pause = signal.aborted ? undefined : pauses[attempts - 1]
    if (pause === undefined) return await note({ ...about, at: clock(), result: 'given-up', why: told.why })
    await wait(pause, signal).catch(() => undefined)
  }
}
