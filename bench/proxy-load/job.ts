/** What the loads of the proxy bench are told, one JSON value on standard input. */

/** What the origin announces: a process of its own that every subject is measured against. All ports are on 127.0.0.1. */
export type Origin = {
  readonly pid: number
  /** Sends back what it gets. */
  readonly echo: number
  /** Answers every GET with `replyBody`, in one write. */
  readonly web: number
  /** The same in two writes, head and body, as an origin does that streams (L-86). */
  readonly webInTwo: number
  /** Sends without end from its first byte on, and drops what it gets. */
  readonly flood: number
}

/** A proxy that listens. */
export type ProxyTarget = {
  readonly host: string
  readonly port: number
  /** Value of Proxy-Authorization. */
  readonly authorization: string
  /** With its helpers and workers. */
  readonly pids: readonly number[]
}

export type ProxyJob = {
  readonly measure: 'set-ups' | 'steady' | 'gets' | 'flood' | 'latency'
  /** Null: without a proxy, for what the machine gives. */
  readonly proxy: ProxyTarget | null
  readonly origin: Origin
  /** At one time. */
  readonly connections: number
  readonly warmupSeconds: number
  readonly seconds: number
}

export const replyBody: string = JSON.stringify({ records: 'x'.repeat(100) })
export const originHost = '127.0.0.1'
