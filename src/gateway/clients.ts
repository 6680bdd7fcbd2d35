/** The clients of the configuration, and whether somebody is one of them. */
import { hash, timingSafeEqual } from 'node:crypto'
import { formatHolder } from '../ip/holder.ts'
import type { Address } from '../ip/address.ts'
import type { RandomBytes } from '../values/domain.ts'
import { fault, ok, type Ok, type Result } from '../values/result.ts'
import { secret, type Secret } from '../values/secret.ts'
import type { GatewayClient } from './configuration.ts'
import { openFailures } from './failures.ts'
import type { Clients, Log } from './parts.ts'
import { clientProblems, decidePin, parseProxyAuthorization } from './rules/client/proxy-user.ts'
import { readingsOf, splitPin, type Credentials } from './rules/client/proxy-user.ts'
import { refusal, type Refusal } from './rules/refusal.ts'
import type { Client } from './tunnel.ts'

export type RunningClients = Clients & {
  /** These instead of the present ones, from the next request on; tunnels of those that are gone run on. Throws as `openClients` does, and then
   *  nothing has changed. */
  readonly replace: (clients: readonly GatewayClient[]) => void
}

export type ClientsOptions = {
  readonly clients: readonly GatewayClient[]
  readonly random: RandomBytes
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly log: Log
}

/** Of one source, in one window. What comes after is told to wait, but let in as soon as its credentials are right: nobody can lock out a client
 *  behind the same address. */
const failureLimit = { most: 20, window: 60_000 } as const

type Known = { readonly client: Client; readonly digest: Buffer }

/** Throws an Error that names what is wrong with a client. Without any it lets nobody in: an open proxy would be a way into whatever trusts the
 *  fixed addresses.
 *
 *  Passwords are kept as SHA-256 under a key of this process: scrypt would cost more than the tunnels of a second. Headers that were right are
 *  remembered as they came; the configuration holds the passwords in clear as well. */
export function openClients({ clients, random, monotonic, log }: ClientsOptions): RunningClients {
  const passwords = openPasswords(clients, random)
  const failures = openFailures({ window: failureLimit.window, now: monotonic })
  const proofs = openProofs()

  const failed = (from: Address): Refusal => {
    const count = failures.count(from)
    if (count <= failureLimit.most) return refusal('CREDENTIALS_WRONG')
    const holder = formatHolder(from)
    if (count === failureLimit.most + 1) log.warn('too-many-wrong-credentials', { from: holder })
    return refusal('TOO_MANY_FAILURES', { from: holder })
  }
  const authenticate: Clients['authenticate'] = (credentials, from) => {
    if (credentials === undefined) return fault(refusal('CREDENTIALS_MISSING'))
    for (const reading of readingsOf(credentials)) {
      const found = passwords.find(reading)
      if (found !== undefined) return withPin(found.client, found.asked)
    }
    return fault(failed(from))
  }
  return {
    authenticate,
    authenticateHeader(value, from) {
      const before = value === undefined ? undefined : proofs.get(value)
      if (before !== undefined) return before
      const now = authenticate(parseProxyAuthorization(value), from)
      if (value !== undefined && now.ok) proofs.remember(value, now)
      return now
    },
    replace(all) {
      passwords.replace(all)
      proofs.forget()
    },
  }
}

type Passwords = {
  /** `asked`: the egress that the user names. */
  readonly find: (given: Credentials) => { readonly client: Client; readonly asked: string | undefined } | undefined
  readonly replace: (clients: readonly GatewayClient[]) => void
}

function openPasswords(clients: readonly GatewayClient[], random: RandomBytes): Passwords {
  const key = Buffer.from(random(32)).toString('hex')
  const digestOf = (password: string): Buffer => hash('sha256', key + password, 'buffer')
  const knownOf = (each: GatewayClient): Known => ({
    client: clientOf(each),
    digest: digestOf(each.password.expose().normalize('NFC')),
  })
  const byUser = (all: readonly GatewayClient[]): ReadonlyMap<string, Known> => {
    check(all)
    return new Map(all.map((each) => [each.username.normalize('NFC'), knownOf(each)]))
  }
  const nobody = digestOf(Buffer.from(random(32)).toString('hex'))
  let known = byUser(clients)
  return {
    // the digest is made and compared whether or not there is such a user
    find({ user, password }) {
      const split = splitPin(user)
      const whole = known.get(user)
      const match = whole ?? (split === undefined ? undefined : known.get(split.user))
      const same = timingSafeEqual(digestOf(password), match?.digest ?? nobody)
      if (match === undefined || !same) return undefined
      return { client: match.client, asked: whole === undefined ? split?.egress : undefined }
    },
    replace(all) {
      known = byUser(all)
    },
  }
}

type Proofs = {
  readonly get: (header: string) => Ok<Authenticated> | undefined
  readonly remember: (header: string, proved: Ok<Authenticated>) => void
  readonly forget: () => void
}

/** Headers that were right, so that a client which opens two thousand tunnels a second has its password judged once. Only what was right is in here:
 *  for whoever guesses, the way is the dear one each time. A map compares texts whose keyed hashes are the same, so how long it takes tells
 *  nobody how near a guess was. */
function openProofs(): Proofs {
  const right = new Map<string, Ok<Authenticated>>()
  return {
    get: (header) => right.get(header),
    remember(header, proved) {
      if (right.size >= mostProofs) right.clear() // pins and spellings: a client has few
      right.set(header, proved)
    },
    forget: () => right.clear(),
  }
}

const mostProofs = 1024

function check(clients: readonly GatewayClient[]): void {
  const problems = clientProblems(
    clients.map((each) => ({ ...each, passwordLength: Buffer.byteLength(each.password.expose()) })),
  )
  if (problems.length === 0) return
  throw new Error(
    problems.map(({ client, message, next }) => `gateway.clients, row ${client + 1}: ${message}. ${next}`).join('\n'),
  )
}

type Authenticated = { readonly client: Client; readonly pin: string | undefined }

function withPin(client: Client, asked: string | undefined): Result<Authenticated, Refusal> {
  const pin = decidePin(client, asked)
  return pin.ok ? ok({ client, pin: pin.value }) : pin
}

const clientOf = ({ name, username, label, plan, mayPin }: GatewayClient): Client => ({
  name,
  username,
  label: label ?? name,
  plan,
  mayPin,
})

/** Fresh ones, of letters and digits alone, so that they stand in a URL as they are (L-69). The password has 160 random bits. */
export function newClientCredentials(random: RandomBytes): { readonly username: string; readonly password: Secret } {
  return { username: `app${text(random(8))}`, password: secret(text(random(32))) }
}

/** The client of a gateway whose configuration has none; to be printed once, since its password is nowhere else. It may pin, as it is the
 *  operator's own. */
export function newClient(random: RandomBytes): GatewayClient {
  return { name: 'app', ...newClientCredentials(random), mayPin: true, connections: 1000 }
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz' // of 32, without letters that look like digits

const text = (bytes: Uint8Array): string => Array.from(bytes, (byte) => alphabet.charAt(byte & 31)).join('')
