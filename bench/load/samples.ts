/** Latencies kept singly, so that a percentile is exact. */
import type { Latency } from './job.ts'

export class Samples {
  #values = new Float64Array(1 << 16)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) this.#grow()
    this.#values[this.#count] = milliseconds
    this.#count += 1
  }

  clear(): void {
    this.#count = 0
  }

  /** Nearest rank. All NaN where nothing was added. */
  latency(): Latency {
    const sorted = this.#values.subarray(0, this.#count).toSorted()
    const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
  }

  #grow(): void {
    const larger = new Float64Array(this.#values.length * 2)
    larger.set(this.#values)
    this.#values = larger
  }
}
