/** What tries have shown of one address: a fold over their results. Only success promotes; what says nothing is counted apart (L-90). */
import type { Instant } from '../../values/time.ts'

/** `refused`: by the allowlist, and by nothing else (L-96); of a probe, that nobody answers. `unclear`: timeouts, errors of the server, no verdict. */
export type TryResult = 'success' | 'refused' | 'unclear'

export type Evidence = {
  /** In a row, up to now. */
  readonly successes: number
  readonly refused: number
  readonly unclear: number
  /** The first of the successes in a row. */
  readonly goodSince: Instant | undefined
  readonly lastSuccess: Instant | undefined
  readonly lastTry: Instant | undefined
}

export const noEvidence: Evidence = {
  ...{ successes: 0, refused: 0, unclear: 0 },
  ...{ goodSince: undefined, lastSuccess: undefined, lastTry: undefined },
}

/** What is unclear neither adds to a row of successes nor ends it: it is no evidence. */
export function withTry(before: Evidence, result: TryResult, at: Instant): Evidence {
  switch (result) {
    case 'success':
      return {
        ...{ successes: before.successes + 1, refused: 0, unclear: 0 },
        ...{ goodSince: before.goodSince ?? at, lastSuccess: at, lastTry: at },
      }
    case 'refused':
      return { ...noEvidence, refused: before.refused + 1, lastTry: at }
    case 'unclear':
      return { ...before, unclear: before.unclear + 1, lastTry: at }
  }
}
