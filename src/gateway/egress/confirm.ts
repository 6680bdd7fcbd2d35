/** Asks an echo through one local egress, again and again, which address the far side sees (P-41). */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { familyOf, type Address } from '../../ip/address.ts'
import { addressIn } from '../../ip/address-in-text.ts'
import type { Clock } from '../../values/domain.ts'
import type { Duration } from '../../values/time.ts'
import type { DeadlineWheel } from '../relay/deadline-wheel.ts'
import { stepConfirmation, type EchoAnswer } from '../rules/egress/confirmation.ts'
import { describeFailure } from '../rules/egress/dial-failure.ts'
import { formatHost, type Destination } from '../rules/destination/destination.ts'
import { parseEchoUrl } from '../rules/egress/echo-url.ts'
import type { Connection } from './dial.ts'
import type { Echo } from './echo.ts'
import type { Egress } from './egress.ts'
import { race, type AttemptEnd, type Outcome } from './race.ts'
import type { ResolveHost } from './via.ts'

const { get: getHttp } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)

export type ConfirmSettings = {
  /** Of an echo outside; undefined: the own one. */
  readonly url: string | undefined
  readonly every: Duration
}

export type ConfirmEnvironment = {
  readonly settings: () => ConfirmSettings
  readonly echo: Echo
  readonly resolve: ResolveHost
  readonly clock: Clock
  readonly wheel: DeadlineWheel
  readonly monotonic: () => number
  readonly attemptMs: () => number
}

export type Confirming = {
  /** Asks from now on; resolves when the egress has its verdict. */
  readonly now: () => Promise<void>
  /** Resolves when no question is under way. */
  readonly settled: () => Promise<void>
  readonly close: () => void
}

const longestAsk = 10_000
const longestBody = 16 * 1024
/** What is not confirmed is asked about again sooner. */
const againAfter = 5_000

export function openConfirming(egress: Egress, environment: ConfirmEnvironment): Confirming {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let closed = false

  const ask = async (): Promise<void> => {
    clearTimeout(timer)
    const { every, url } = environment.settings()
    const answer = await askOnce(egress, environment)
    running = undefined
    const expected = egress.publicAddress()
    if (closed || expected === undefined) return
    const at = environment.clock()
    egress.confirm(
      stepConfirmation(egress.confirmation(), answer, {
        at,
        expected,
        every,
        echo: url === undefined ? 'own' : 'outside',
      }),
    )
    const wait =
      egress.confirmation().kind === 'confirmed' && answer.kind === 'saw' ? every : Math.min(every, againAfter)
    timer = setTimeout(() => void start(), wait).unref()
  }
  const start = (): Promise<void> => (running ??= ask())
  void start()
  return {
    now: async () => {
      await running
      if (!closed) await start()
    },
    settled: async () => await running,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

type Place = {
  readonly addresses: readonly Address[]
  readonly destination: Destination
  readonly path: string
}

async function askOnce(egress: Egress, environment: ConfirmEnvironment): Promise<EchoAnswer> {
  const place = await placeOf(environment)
  if (typeof place === 'string') return { kind: 'none', how: place }
  const family = egress.local === undefined ? undefined : familyOf(egress.local)
  const addresses = place.addresses.filter((address) => familyOf(address) === family)
  if (addresses.length === 0) return { kind: 'none', how: `it cannot be reached over ${family ?? 'a proxy'}` }
  const outcome = await dialled(egress, { ...place, addresses }, environment)
  if (outcome.kind === 'won') return await read(outcome.value.socket, place)
  const failure = outcome.failed.at(-1)?.failure ?? { kind: 'timed-out' }
  return { kind: 'none', how: describeFailure(failure) }
}

/** A clause where there is no such place. */
async function placeOf({ settings, echo, resolve }: ConfirmEnvironment): Promise<Place | string> {
  const { url: text } = settings()
  if (text === undefined) {
    const [address] = echo.addresses
    if (address === undefined) return 'the own echo does not listen'
    const destination: Destination = { host: { kind: 'address', address }, port: echo.port }
    return { addresses: echo.addresses, destination, path: '/' }
  }
  const outside = parseEchoUrl(text)
  if (outside === undefined) return 'gateway.echo.url is no http:// URL'
  const { destination, path } = outside
  const addresses = await resolve(destination.host)
  if (addresses.length === 0) return `${formatHost(destination.host)} does not resolve`
  return { addresses, destination, path }
}

async function dialled(egress: Egress, place: Place, environment: ConfirmEnvironment): Promise<Outcome<Connection>> {
  const { addresses, destination } = place
  return await new Promise((resolve) => {
    const course = {
      count: () => addresses.length,
      start: (n: number, ended: (end: AttemptEnd<Connection>) => void) =>
        egress.dial({ destination, address: addresses[n] }, ended),
      patience: environment.attemptMs,
      endsIt: () => false,
      totalMs: longestAsk,
      discard: ({ socket }: Connection) => void socket.destroy(),
    }
    race(course, environment, resolve)
  })
}

async function read(socket: Duplex, { destination, path }: Place): Promise<EchoAnswer> {
  return await new Promise((resolve) => {
    const none = (how: string): void => resolve({ kind: 'none', how })
    const options = {
      createConnection: () => socket,
      host: formatHost(destination.host),
      port: destination.port,
      path,
      headers: { Accept: 'text/plain', Connection: 'close' },
      signal: AbortSignal.timeout(longestAsk),
    }
    getHttp(options, (response) => readBody(response, resolve, none)).on('error', (error: NodeJS.ErrnoException) => {
      socket.destroy()
      none(`it broke off (${error.code ?? error.message})`)
    })
  })
}

function readBody(response: IncomingMessage, resolve: (answer: EchoAnswer) => void, none: (how: string) => void): void {
  const end = (how: () => void): void => {
    how()
    response.destroy()
  }
  if (response.statusCode !== 200) return end(() => none(`it answered ${response.statusCode}`))
  let body = ''
  response.setEncoding('latin1')
  response.on('data', (text: string) => {
    body += text
    if (body.length > longestBody) end(() => none(`it answered more than ${longestBody} bytes`))
  })
  response.on('end', () => {
    const address = addressIn(body)
    end(() => (address === undefined ? none('there is no address in its answer') : resolve({ kind: 'saw', address })))
  })
  response.on('error', () => none('it broke off'))
}
