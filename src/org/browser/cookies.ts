/** Cookies: read from one header line, written with the attributes that all of ours share. */
import { days, type Duration } from '../../values/time.ts'

export type CookieJar = {
  /** The value as it was set; undefined where there is none, or where it is not one that we set. */
  readonly read: (name: CookieName) => string | undefined
  /** A `Set-Cookie` line. Without `life` the cookie goes with the browser's session. */
  readonly set: (name: CookieName, value: string, life?: Duration) => string
  readonly clear: (name: CookieName) => string
}

/** `sid`: the browser login. `form`: what forms are bound to before there is a login. `rememberUn`: a user name and nothing else.
 *  `device_…`: this browser is known for one user. */
export type CookieName = 'sid' | 'form' | 'rememberUn' | `device_${string}`

export const longMemory: Duration = days(365)

/** With `secure` the names carry `__Host-`: a browser then takes them only from this very host, over https, for all paths (RFC 6265bis section 4.1.3.2). */
export function cookieJar(header: string | undefined, { secure }: { readonly secure: boolean }): CookieJar {
  const sent = readCookies(header ?? '')
  const full = (name: string): string => (secure ? `__Host-${name}` : name)
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    read: (name) => decoded(sent.get(full(name))),
    set(name, value, life) {
      const age = life === undefined ? '' : `; Max-Age=${Math.floor(life / 1000)}`
      return `${full(name)}=${encodeURIComponent(value)}${age}${attributes}`
    },
    clear: (name) => `${full(name)}=; Max-Age=0${attributes}`,
  }
}

/** Of two cookies of one name the first counts: browsers send the one with the longer path first, and ours has the shortest. */
function readCookies(header: string): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = pair.slice(0, equals).trim()
    if (!cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim())
  }
  return cookies
}

function decoded(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined // not one of ours
  }
}
