/** Attempts at one connection, one beside the other: the first that succeeds is taken, the others are cancelled (RFC 8305). */
import type { Deadline, DeadlineWheel } from '../relay/deadline-wheel.ts'
import type { DialFailure } from '../rules/egress/dial-failure.ts'

/** How an attempt ended. Never reported before the function that started it has returned. */
export type AttemptEnd<W> =
  { readonly kind: 'connected'; readonly value: W } | { readonly kind: 'failed'; readonly failure: DialFailure }

/** Ends an attempt in silence; harmless once it has ended. */
export type Cancel = () => void

export type Course<W> = {
  readonly count: () => number
  readonly start: (n: number, ended: (end: AttemptEnd<W>) => void) => Cancel
  /** Milliseconds from the start of the attempt before until the n-th may start beside it. After a failure the next starts at once. */
  readonly patience: (n: number) => number
  /** True where no further attempt is to be made after it. */
  readonly endsIt: (failure: DialFailure) => boolean
  readonly totalMs: number
  readonly gone?: AbortSignal | undefined
  /** Closes what has been connected for nobody. */
  readonly discard: (value: W) => void
}

export type Outcome<W> = {
  /** Attempts that had no end when the race had: outrun, or out of time. */
  readonly unended: readonly number[]
  readonly failed: readonly { readonly n: number; readonly failure: DialFailure }[]
  readonly tookMs: number
  /** Of each attempt, milliseconds after the start of the race. */
  readonly startedAt: readonly number[]
} & End<W>

/** There is at least one attempt. `finished` is called once, never before `race` has returned. Whoever cancels it hears no more of it. */
export function race<W>(
  course: Course<W>,
  time: { readonly wheel: DeadlineWheel; readonly monotonic: () => number },
  finished: (outcome: Outcome<W>) => void,
): Cancel {
  const running = new Race(course, time, finished)
  running.startNext()
  return running.cancel
}

type Failed = { readonly n: number; readonly failure: DialFailure }

/** A class, since one is made for each tunnel: what all of them share is made once. */
class Race<W> {
  readonly #course: Course<W>
  readonly #time: { readonly wheel: DeadlineWheel; readonly monotonic: () => number }
  readonly #finished: (outcome: Outcome<W>) => void
  readonly #began: number
  readonly #deadline: Deadline
  readonly #starts: number[] = []
  readonly #running: (Cancel | undefined)[] = []
  readonly #failed: Failed[] = []
  #unended = 0
  #over = false
  #listening = false

  constructor(
    course: Course<W>,
    time: { readonly wheel: DeadlineWheel; readonly monotonic: () => number },
    finished: (outcome: Outcome<W>) => void,
  ) {
    this.#course = course
    this.#time = time
    this.#finished = finished
    this.#began = time.monotonic()
    this.#deadline = time.wheel.deadline(() => this.#waited())
  }

  startNext(): void {
    const n = this.#starts.length
    this.#starts.push(n === 0 ? 0 : this.#elapsed())
    this.#unended += 1
    this.#running.push(this.#course.start(n, (end) => this.#ended(n, end)))
    this.#arm()
  }

  #elapsed = (): number => this.#time.monotonic() - this.#began

  #arm(): void {
    const n = this.#starts.length
    const left = Math.max(0, this.#course.totalMs - (n === 1 ? 0 : this.#elapsed()))
    const stalls = n < this.#course.count() || (!this.#listening && this.#course.gone !== undefined)
    this.#time.wheel.set(this.#deadline, stalls ? Math.min(left, this.#course.patience(n)) : left)
  }

  #ended(n: number, end: AttemptEnd<W>): void {
    if (this.#over) return
    this.#running[n] = undefined
    this.#unended -= 1
    if (this.#course.gone?.aborted === true) {
      if (end.kind === 'connected') this.#course.discard(end.value)
      return this.#finish({ kind: 'gone' })
    }
    if (end.kind === 'connected') return this.#finish({ kind: 'won', n, value: end.value })
    this.#failed.push({ n, failure: end.failure })
    if (this.#course.endsIt(end.failure)) return this.#finish({ kind: 'failed' })
    if (this.#starts.length < this.#course.count()) return this.startNext()
    if (this.#unended === 0) this.#finish({ kind: 'failed' })
  }

  #waited(): void {
    // what has arrived while the loop was blocked is looked at before time is called (P-15)
    if (this.#elapsed() >= this.#course.totalMs) return void setImmediate(this.#expire)
    this.#listen()
    if (this.#over) return
    if (this.#starts.length < this.#course.count()) this.startNext()
    else this.#arm()
  }

  /** The first stall is early enough: most dials are over before, and are spared the cost. */
  #listen(): void {
    const { gone } = this.#course
    if (this.#listening || gone === undefined) return
    this.#listening = true
    if (gone.aborted) this.#leave()
    else gone.addEventListener('abort', this.#leave, { once: true })
  }

  #expire = (): void => {
    if (!this.#over) this.#finish({ kind: 'timed-out' })
  }
  #leave = (): void => {
    if (!this.#over) this.#finish({ kind: 'gone' })
  }

  #finish(how: End<W>): void {
    const tookMs = this.#elapsed()
    const unended =
      this.#unended === 0 ? nobody : [...this.#running.keys()].filter((n) => this.#running[n] !== undefined)
    this.cancel()
    this.#finished({ ...how, unended, failed: this.#failed, tookMs, startedAt: this.#starts })
  }

  cancel = (): void => {
    this.#over = true
    this.#time.wheel.clear(this.#deadline)
    if (this.#listening) this.#course.gone?.removeEventListener('abort', this.#leave)
    for (const each of this.#running) each?.()
  }
}

const nobody: readonly number[] = []

type End<W> =
  | { readonly kind: 'won'; readonly n: number; readonly value: W }
  | { readonly kind: 'failed' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'gone' }
