/** What the load process is told on its standard input and what it answers on its standard output, both one JSON value. */

/** What a subject announces once it listens. */
export type Target = {
  /** `http://HOST:PORT` */
  readonly url: string
  readonly path: string
  /** Every parameter but `refresh_token`. */
  readonly form: Readonly<Record<string, string>>
  /** The first token of each chain; there are at least as many as connections. */
  readonly refreshTokens: readonly string[]
  /** Whose CPU time counts as the server's. */
  readonly pid: number
}

export type Job = {
  readonly target: Target
  readonly connections: number
  readonly warmupSeconds: number
  /** The load ends after so many seconds, or so many measured replies, whichever comes first; `null` is no limit. */
  readonly seconds: number | null
  readonly replies: number | null
}

/** What is kept of a load. */
export type Figures = {
  /** Replies of the measured window, each with status 200 and a refresh token that was not sent before. */
  readonly replies: number
  /** Over the warm-up as well: a chain that broke there is missing from the window. */
  readonly errors: number
  readonly firstErrors: readonly string[]
  /** Requests that the server said it had not processed (503), each sent again with the same token. */
  readonly postponed: number
  readonly seconds: number
  readonly perSecond: number
  readonly latencyMs: Latency
  /** Length of the last reply's body. */
  readonly replyBytes: number
  /** Share of one core within the window. `null` where there is no /proc. */
  readonly loadCpu: number
  readonly serverCpu: number | null
  /** What neither of the two used: other programs, and other machines on the same host. */
  readonly othersCpu: number | null
}

/** With the newest token of each chain, for whoever goes on with it. */
export type LoadReport = Figures & { readonly refreshTokens: readonly string[] }

export type Latency = { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
