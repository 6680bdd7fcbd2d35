/** How long each stage of a connection may take; everything that can hang has one (L-73). */
import type { Duration } from '../../values/time.ts'

export type Deadlines = {
  /** From the connection, or the end of the request before, to a whole header (G-19). */
  readonly header: Duration
  /** All attempts of one dial together (G-18). */
  readonly dial: Duration
  /** After it, the next attempt of a dial starts beside those that are under way (RFC 8305 section 5). */
  readonly attempt: Duration
  /** Without a byte either way. */
  readonly idle: Duration
  /** After one side has ended its half (G-05). */
  readonly halfClose: Duration
  /** Of a tunnel whatever it carries; undefined: none (L-74). */
  readonly total: Duration | undefined
  /** From a forwarded request to the head of its response. */
  readonly response: Duration
  /** From SIGTERM, or the drain of one egress, to the end of its tunnels. */
  readonly drain: Duration
}
