/** A place in the spool, and why there may be none. */

export type Slot = {
  /** `sealed`: already encrypted. It is on the disk when this resolves; where it rejects, hold the reply and call it again: what is half written is never taken for
   *  a reply. Up to `replyBytes` it needs no room that is not already there. */
  readonly keep: (sealed: Uint8Array) => Promise<void>
  /** Only when the reply lies in the store, or none will come: what was kept is gone. Never rejects, and may be called twice. */
  readonly release: () => Promise<void>
}

export type SpoolRefusal = {
  readonly kind: 'all-taken' | 'not-writable'
  readonly means: string
  readonly next: readonly string[]
  readonly cause?: unknown
}

export type SpoolLimits = { readonly slots: number; readonly replyBytes: number }
