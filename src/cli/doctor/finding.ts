/** What one check of the doctor found. */

export type Finding = {
  /** What was looked at, in a word or two. */
  readonly check: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly says: string
  readonly next: readonly string[]
}

export const fine = (check: string, says: string): Finding => ({ check, state: 'ok', says, next: [] })

export const doubt = (check: string, says: string, ...next: readonly string[]): Finding => ({
  check,
  state: 'warn',
  says,
  next,
})

export const failure = (check: string, says: string, ...next: readonly string[]): Finding => ({
  check,
  state: 'fail',
  says,
  next,
})
