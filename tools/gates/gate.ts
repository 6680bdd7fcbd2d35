/** A gate looks at the repository and says what it looked at and what is wrong. */

export type Verdict = {
  /** For the summary line: `types 412 files`. Always names a count. */
  readonly saw: string
  /** What is wrong, one entry each, ready to print. A gate that saw nothing, or let its planted violation pass, says so here. */
  readonly wrong: readonly string[]
  /** Tests that ran, where the gate runs tests; a gate without them counts as one. */
  readonly tests?: { readonly passed: number; readonly failed: number }
}

export type Gate = { readonly name: string; readonly judge: () => Promise<Verdict> }

/** What is left of the findings once the planted ones are taken out, and a complaint for each planted one that is missing. */
export function withoutPlanted<F>(
  findings: readonly F[],
  planted: Readonly<Record<string, (finding: F) => boolean>>,
): { readonly rest: readonly F[]; readonly missed: readonly string[] } {
  const tests = Object.values(planted)
  return {
    rest: findings.filter((finding) => !tests.some((is) => is(finding))),
    missed: Object.entries(planted)
      .filter(([, is]) => !findings.some(is))
      .map(([name]) => `the planted violation was not caught: ${name}. The gate is blind; mend it first.`),
  }
}

export const sawNothing = (count: number, what: string): string[] =>
  count > 0 ? [] : [`saw no ${what}: a gate that looks at nothing passes everything`]
