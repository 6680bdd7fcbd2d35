/** Group commit: writes gather while a batch is being committed, and leave together as the next one (P-03, P-04). */
import type { WriteResult, WriteTerms } from '../storage.ts'
import type { Batch } from './batch.ts'
import { delayAfterBusy, lockedTooLong, pauseForOthers } from './sharing.ts'
import type { Writer, WriterOutcome } from './writer.ts'

export type WriteQueueOptions = {
  readonly writer: Writer
  /** The most members of one transaction. */
  readonly mostInBatch: number
  /** The most writes that wait; those beyond are refused at once. */
  readonly mostWaiting: number
  /** Whether other processes write to the same file. */
  readonly shared: boolean
  /** How long a batch waits for them. */
  readonly lockedMs: number
  /** Called after each batch, before its members are answered. */
  readonly onSettled: () => void
  /** Called when a batch's fate could not be settled; from then on every write fails. */
  readonly onUnknown: (cause: Error) => void
}

type Member = {
  readonly name: string
  readonly input: unknown
  readonly terms: WriteTerms
  readonly answer: (result: WriteResult<unknown>) => void
}

/** How often those who wait behind a slow batch are looked through for passed deadlines. */
const sweepMs = 50
/** With so many waiting, the next batch begins as soon as the thread is free, in the middle of the caller's turn; with fewer, at its end. An fsync
 *  is worth it for a dozen: looking for a batch of any size costs more of them than the waiting did (bench/rotations). */
const worthLooking = 12
const noTerms: WriteTerms = {}

/** A write begins after every write that was accepted before it. */
export class WriteQueue {
  readonly #options: WriteQueueOptions
  #waiting: Member[] = []
  /** Members of a batch that was undone; each gets a transaction of its own, ahead of everyone else. */
  #alone: Member[] = []
  #takenAlone = false
  #busy = false
  #scheduled = false
  /** Set while nothing begins because another process writes, or is let in. */
  #pause: NodeJS.Timeout | undefined
  /** Since when, on the monotonic clock, and how often in a row another process was met. */
  #blocked: { readonly since: number; readonly times: number } | undefined
  #sweep: NodeJS.Timeout | undefined
  #givenUp: Error | undefined
  #closing = false
  #drained: (() => void) | undefined

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  write(name: string, input: unknown, terms: WriteTerms = noTerms): Promise<WriteResult<unknown>> {
    return new Promise((answer) => {
      if (this.#closing) return answer({ kind: 'dropped', why: 'closing' })
      if (this.#givenUp !== undefined) return answer({ kind: 'failed', cause: this.#givenUp })
      if (this.#waiting.length >= this.#options.mostWaiting) return answer({ kind: 'dropped', why: 'queue-full' })
      this.#waiting.push({ name, input, terms, answer })
      this.#sweep ??= setTimeout(() => this.#sweepWaiting(), sweepMs).unref()
      if (this.#busy && this.#waiting.length >= worthLooking) this.#options.writer.look()
      this.#schedule()
    })
  }

  /** Everything that waits fails, now and from now on. */
  giveUp(cause: Error): void {
    this.#givenUp ??= cause
    for (const member of [...this.#alone, ...this.#waiting]) member.answer({ kind: 'failed', cause })
    this.#alone = []
    this.#waiting = []
  }

  /** Resolves when everything that was accepted has its answer and the writer is closed. */
  async close(): Promise<void> {
    this.#closing = true
    await new Promise<void>((resolve) => {
      this.#drained = resolve
      this.#schedule()
    })
    clearTimeout(this.#sweep)
    await this.#options.writer.close()
  }

  /** At the end of the event loop's turn, so that everything that arrived in it shares the batch. */
  #schedule(): void {
    if (this.#busy || this.#scheduled || this.#pause !== undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (!this.#busy) this.#begin()
    })
  }

  #begin(): void {
    const members = this.#take()
    if (members.length === 0) return this.#drained?.()
    this.#busy = true
    this.#options.writer.execute(batchOf(members), (outcome) => this.#settle(members, outcome))
  }

  /** The writer is idle, so the transaction begins here: the place where P-03 looks at each member. */
  #take(): Member[] {
    const now = performance.now()
    const source = this.#alone.length > 0 ? this.#alone : this.#waiting
    this.#takenAlone = source === this.#alone
    const most = this.#takenAlone ? 1 : this.#options.mostInBatch
    const members: Member[] = []
    let looked = 0
    while (looked < source.length && members.length < most) {
      const member = source[looked]
      looked += 1
      if (member !== undefined && !answerIfStale(member, now)) members.push(member)
    }
    source.splice(0, looked)
    return members.length === 0 && this.#waiting.length > 0 ? this.#take() : members
  }

  #settle(members: readonly Member[], outcome: WriterOutcome): void {
    this.#busy = false
    if (outcome.kind === 'busy') return this.#comeAgain(members, outcome.cause)
    this.#blocked = undefined
    const again = outcome.kind === 'undone' && outcome.alone && members.length > 1
    if (again) this.#alone = [...members]
    if (outcome.kind === 'unknown') this.giveUp(outcome.cause)
    this.#options.onSettled()
    this.#continue()
    if (!again) answerAll(members, outcome)
    if (outcome.kind === 'unknown') this.#options.onUnknown(outcome.cause)
  }

  /** A thread gets its next batch before the answers of the last one are dealt with here, so that both work at once. */
  #continue(): void {
    const more = this.#alone.length > 0 || this.#waiting.length > 0
    if (more && this.#options.shared) this.#resumeAfter(pauseForOthers())
    else if (more && this.#options.writer.ownThread) this.#begin()
    else if (more || this.#closing) this.#schedule()
  }

  /** Whoever was in the batch waits at the head of the queue, where deadlines are looked at, until it is tried again. */
  #comeAgain(members: readonly Member[], cause: Error): void {
    const { lockedMs } = this.#options
    const { since, times } = this.#blocked ?? { since: performance.now(), times: 0 }
    if (performance.now() - since > lockedMs) {
      this.#blocked = undefined
      for (const member of members) member.answer({ kind: 'failed', cause: lockedTooLong(cause, lockedMs) })
      return this.#continue()
    }
    this.#blocked = { since, times: times + 1 }
    if (this.#takenAlone) this.#alone = [...members, ...this.#alone]
    else this.#waiting = [...members, ...this.#waiting]
    this.#sweep ??= setTimeout(() => this.#sweepWaiting(), sweepMs).unref()
    this.#resumeAfter(delayAfterBusy(times))
  }

  #resumeAfter(ms: number): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (!this.#busy) this.#begin()
    }, ms)
  }

  #sweepWaiting(): void {
    const now = performance.now()
    this.#waiting = this.#waiting.filter((member) => !answerIfStale(member, now))
    this.#alone = this.#alone.filter((member) => !answerIfStale(member, now))
    this.#sweep =
      this.#waiting.length === 0 && this.#alone.length === 0
        ? undefined
        : setTimeout(() => this.#sweepWaiting(), sweepMs).unref()
  }
}

/** Drops the member unspent where nobody wants its transaction any more (P-03); true if it has had its answer. */
function answerIfStale(member: Member, now: number): boolean {
  const { deadline, listening } = member.terms
  if (deadline === undefined && listening === undefined) return false
  if (deadline !== undefined && now > deadline) member.answer({ kind: 'dropped', why: 'deadline' })
  else if (listening !== undefined && !listening()) member.answer({ kind: 'dropped', why: 'gone' })
  else return false
  return true
}

function batchOf(members: readonly Member[]): Batch {
  const names: string[] = []
  const inputs: unknown[] = []
  for (const member of members) {
    names.push(member.name)
    inputs.push(member.input)
  }
  return { names, inputs }
}

type FinalOutcome = Exclude<WriterOutcome, { readonly kind: 'busy' }>

function answerAll(members: readonly Member[], outcome: FinalOutcome): void {
  for (let i = 0; i < members.length; i += 1) members[i]?.answer(resultOf(outcome, i))
}

function resultOf(outcome: FinalOutcome, i: number): WriteResult<unknown> {
  switch (outcome.kind) {
    case 'committed':
      return { kind: 'committed', value: outcome.values[i] }
    case 'undone':
      return { kind: 'failed', cause: outcome.cause }
    case 'unknown':
      return { kind: 'unknown', cause: outcome.cause }
  }
}
