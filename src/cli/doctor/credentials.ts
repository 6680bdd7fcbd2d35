/** Credentials that URLs and proxy authentication carry badly (L-69). What they are is never said. */
import type { GatewayClient } from '../../gateway/configuration.ts'
import { readsAlikeInUrls } from '../gateway/connection-url.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'

export function checkCredentials(clients: readonly GatewayClient[]): Finding[] {
  const doubts = clients.flatMap(doubtsOf)
  if (clients.length === 0 || doubts.length > 0) return doubts
  return [fine('credentials', 'user names and passwords of gateway.clients stand in a URL as they are')]
}

/** Guesses are refused and counted, and never made to wait, since that could lock out a client behind the same address: the length has to do it. */
const shortest = 16 // characters

const tooShort = (name: string): Finding =>
  doubt(
    'credentials',
    `the password of client ${name} has less than ${shortest} characters, and a thousand a second can be guessed`,
    'Make one that nobody guesses: openssl rand -hex 24',
  )

function doubtsOf({ name, username, password }: GatewayClient): Finding[] {
  if (username.includes(':')) {
    const says = `the user name of client ${name} has a colon, where Basic authentication ends the name (RFC 7617 section 2)`
    return [failure('credentials', says, 'Give this client another user name.')]
  }
  const parts = { 'user name': username, 'password': password.expose() }
  const odd = Object.entries(parts)
    .filter(([, text]) => !readsAlikeInUrls(text))
    .map(([part]) =>
      doubt(
        'credentials',
        `the ${part} of client ${name} has signs that a URL must percent-encode, and clients decode them each in their own way`,
        `Take letters, digits, "-", "_", "." and "~" alone: openssl rand -hex 24`,
      ),
    )
  return parts.password.length < shortest ? [...odd, tooShort(name)] : odd
}
