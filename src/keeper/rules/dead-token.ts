/** Which words of the org say that an access token is over, where a library passes on the words alone. */

/** Of userinfo and the identity URL, in which an access token that does not live is answered with 403 (SF-124). */
export const saysTokenIsOver = (words: string): boolean => words.includes('Bad_OAuth_Token')
