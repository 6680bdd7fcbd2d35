/** The one variable that a client of the gateway has to set. */
import type { Secret } from '../../values/secret.ts'

/** `url` is the gateway's own. Signs that a URL reserves are percent-encoded (L-69). */
export function connectionUrl(url: string, username: string, password: Secret): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${encodeURIComponent(username)}:${encodeURIComponent(password.expose())}@${host}`
}

/** The same with the password left out. */
export function shownConnectionUrl(url: string, username: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${encodeURIComponent(username)}:…@${host}`
}

/** True where every client reads it alike from a URL: nothing in it has to be percent-encoded (RFC 3986 section 2.3). */
export const readsAlikeInUrls = (text: string): boolean => /^[A-Za-z0-9._~-]*$/.test(text)
