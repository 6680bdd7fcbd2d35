/** The measured part of a load: from the end of the warm-up until the time is over or the replies are enough. */
import type { Figures } from './job.ts'
import { machineCpuSeconds, processCpuSeconds } from './process-cpu.ts'
import { Samples } from './samples.ts'

/** Whose CPU time is taken: the server's processes, and those that belong to the load beside this one. */
export type Watched = { readonly server: readonly number[]; readonly load: readonly number[] }

export class Window {
  readonly #watched: Watched
  readonly #replies: number | null
  readonly #samples = new Samples()
  readonly #failures: string[] = []
  #phase: 'warm-up' | 'measured' | 'over' = 'warm-up'
  #replyBytes = 0
  #postponed = 0
  #begin: Mark
  #end: Mark | undefined

  /** It closes by itself after `replies`, unless that is null. */
  constructor(watched: Watched, replies: number | null) {
    this.#watched = watched
    this.#replies = replies
    this.#begin = mark(watched)
  }

  open(): void {
    this.#samples.clear()
    this.#begin = mark(this.#watched)
    this.#phase = 'measured'
  }

  /** The first close counts. */
  close(): void {
    this.#phase = 'over'
    this.#end ??= mark(this.#watched)
  }

  /** False once it is over: send no more. */
  reply(milliseconds: number, bodyBytes: number): boolean {
    if (this.#phase === 'over') return false
    this.#samples.add(milliseconds)
    this.#replyBytes = bodyBytes
    if (this.#phase === 'measured' && this.#samples.count === this.#replies) this.close()
    return !this.#isOver()
  }

  failure(reason: string): void {
    this.#failures.push(reason)
  }

  postponement(): void {
    this.#postponed += 1
  }

  figures(): Figures {
    const begin = this.#begin
    const end = this.#end ?? mark(this.#watched)
    const seconds = (end.at - begin.at) / 1000
    const loadCpu = (end.loadCpu - begin.loadCpu) / seconds
    const serverCpu = share(begin.serverCpu, end.serverCpu, seconds)
    const machineCpu = share(begin.machineCpu, end.machineCpu, seconds)
    return {
      replies: this.#samples.count,
      errors: this.#failures.length,
      firstErrors: this.#failures.slice(0, 5),
      postponed: this.#postponed,
      seconds,
      perSecond: this.#samples.count / seconds,
      latencyMs: this.#samples.latency(),
      replyBytes: this.#replyBytes,
      loadCpu,
      serverCpu,
      othersCpu: machineCpu === null || serverCpu === null ? null : Math.max(0, machineCpu - serverCpu - loadCpu),
    }
  }

  #isOver(): boolean {
    return this.#phase === 'over'
  }
}

type Mark = {
  readonly at: number
  readonly loadCpu: number
  readonly serverCpu: number | null
  readonly machineCpu: number | null
}

function mark({ server, load }: Watched): Mark {
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now(),
    loadCpu: (user + system) / 1e6 + (cpuSecondsOf(load) ?? 0),
    serverCpu: cpuSecondsOf(server),
    machineCpu: machineCpuSeconds(),
  }
}

/** Null where one of them is not to be seen. */
function cpuSecondsOf(pids: readonly number[]): number | null {
  const all = pids.map(processCpuSeconds)
  return all.includes(null) ? null : all.reduce<number>((sum, each) => sum + (each ?? 0), 0)
}

function share(begin: number | null, end: number | null, seconds: number): number | null {
  return begin === null || end === null ? null : (end - begin) / seconds
}
