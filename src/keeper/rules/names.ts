/** Names of tenants, connections and apps: for URLs, file names and terminals. */

/** Up to 100 letters, digits, dots, hyphens, underscores and at signs, a letter or digit first. */
export const isName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/.test(text)

/** What to do about one that is none. */
export const nameAdvice =
  'Write up to 100 letters, digits, dots, hyphens, underscores or at signs, a letter or digit first.'
