/** The bearer token of a request (RFC 6750 section 2.1), compared in constant time. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../values/secret.ts'

/** Whom a token stands for; undefined for one that is nobody's. */
export type Bearers<Caller> = (token: string) => Caller | undefined

export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
}

/** Constant-time whatever the lengths: both are hashed first. */
export function oneToken<Caller>(token: Secret, caller: Caller): Bearers<Caller> {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer')
  const expected = digest(token.expose())
  return (sent) => (timingSafeEqual(digest(sent), expected) ? caller : undefined)
}
