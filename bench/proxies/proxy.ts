/** What the bench must know of a proxy to measure it. */
import type { Origin } from '../proxy-load/job.ts'

export type Proxy = {
  /** With what is switched on, for the results. */
  readonly what: string
  /** Why it cannot be measured here, with what to do about it; undefined where it can. */
  readonly missing: () => string | undefined
  readonly version: () => string
  /** Writes its configuration into the folder. */
  readonly command: (setting: Setting) => Command
}

export type Setting = {
  /** Empty, and gone afterwards. */
  readonly folder: string
  /** Free on 127.0.0.1 a moment ago. */
  readonly port: number
  readonly origin: Origin
  /** Local addresses to leave by, in turn; none: as the system chooses, which ours never does: it takes a pair of its own. */
  readonly from: readonly string[]
}

export type Command = { readonly program: string; readonly args: readonly string[] }

/** The same at every proxy. */
export const account = { user: 'bench', password: 'bench-password-1' } as const

/** What may be reached: the origin's ports, and nothing else. */
export const destinations = ({ echo, web, webInTwo, flood }: Origin): readonly string[] =>
  [echo, web, webInTwo, flood].map((port) => `127.0.0.1:${port}`)
