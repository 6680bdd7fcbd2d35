/** What the log has of each tunnel: one record when it has ended, and one for each refusal. Never a credential, never a byte of payload. */
import { formatAddress, type Address } from '../ip/address.ts'
import { between, type Instant } from '../values/time.ts'
import type { Clock } from '../values/domain.ts'
import type { Log } from './log.ts'
import { formatDestination } from './rules/destination/destination.ts'
import { reasonOf, type ReasonCode, type Refusal } from './rules/refusal.ts'
import { takeOne } from './rules/client/rate.ts'
import type { LiveTunnel, TunnelAsk, TunnelEnd } from './tunnel.ts'

export type Records = {
  /** Never left out: a tunnel was dialled, which is dear enough. */
  readonly tunnelEnded: (tunnel: LiveTunnel, end: TunnelEnd) => void
  readonly refused: (refusal: Refusal, about: RefusalAbout) => void
  /** Tells what was left out and not told yet. */
  readonly close: () => void
}
/** What is known when it is refused. */
export type RefusalAbout = TurnedAway | { readonly from: Address; readonly ask: TunnelAsk }
/** Before there was anything to open: what the request says of itself is not believed, and not recorded. */
export type TurnedAway = { readonly from: Address; readonly over: 'http/1.1' | 'http/2' | 'socks5' }

/** Of each reason; what comes beyond is counted, and told with the next record of that reason. */
const refusalsAMinute = 60

export function openRecords(parts: {
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly log: Log
}): Records {
  const floods = new Map<ReasonCode, Flood>()
  return {
    tunnelEnded(tunnel, end) {
      parts.log.info('tunnel', tunnelRecord(tunnel, end, parts.clock()))
    },
    refused(refusal, about) {
      const flood = floods.get(refusal.code) ?? { spentUntil: 0, leftOut: 0 }
      floods.set(refusal.code, flood)
      const spentUntil = takeOne(flood.spentUntil, parts.monotonic(), refusalsAMinute)
      if (spentUntil === undefined) return void (flood.leftOut += 1)
      const { leftOut } = flood
      flood.spentUntil = spentUntil
      flood.leftOut = 0
      parts.log.warn('refused', { ...refusalRecord(refusal, about), ...(leftOut === 0 ? {} : { leftOut }) })
    },
    close() {
      for (const [code, flood] of floods) {
        if (flood.leftOut > 0) parts.log.warn('refusals-left-out', { code, leftOut: flood.leftOut })
        flood.leftOut = 0
      }
    },
  }
}

/** `code` is a closed set, so there is a bound on what is kept. */
type Flood = { spentUntil: number; leftOut: number }

type Fields = Readonly<Record<string, unknown>>

/** The canonical record: whoever wants to know anything of a tunnel finds it in this one line. What is not known is undefined and not written;
 *  when it was opened is the instant of the line less `ms`. */
export function tunnelRecord(tunnel: LiveTunnel, end: TunnelEnd, now: Instant): Fields {
  const { ask, dialled } = tunnel
  return {
    tunnel: tunnel.id,
    kind: ask.kind,
    client: ask.client.name, // not its user, which is half of a credential
    label: ask.client.label,
    from: formatAddress(ask.from),
    destination: formatDestination(ask.destination),
    pin: ask.pin?.slice(0, longestText),
    egress: dialled?.egress,
    address: dialled?.address,
    addressIs: dialled === undefined ? undefined : dialled.observed ? 'observed' : 'declared',
    remote: dialled?.remote === undefined ? undefined : formatAddress(dialled.remote),
    dialMs: dialled === undefined ? undefined : Math.round(dialled.dialMs * 10) / 10,
    ms: between(tunnel.openedAt, now),
    up: tunnel.up,
    down: tunnel.down,
    end: end.kind,
    side: end.kind === 'broken' ? end.side : undefined,
    why: whyOf(end),
  }
}

function whyOf(end: TunnelEnd): string | undefined {
  switch (end.kind) {
    case 'closed':
      return undefined
    case 'cut':
      return end.why
    case 'broken':
      return end.code
    case 'refused':
      return end.refusal.code
  }
}

function refusalRecord(refusal: Refusal, about: RefusalAbout): Fields {
  const who = 'ask' in about ? askFields(about.ask) : { from: formatAddress(about.from), over: about.over }
  return { ...who, ...refusalFields(refusal) }
}

const askFields = ({ kind, client, from, destination, pin }: TunnelAsk): Fields => ({
  kind,
  client: client.name,
  label: client.label,
  from: formatAddress(from),
  destination: formatDestination(destination),
  ...(pin === undefined ? {} : { pin: pin.slice(0, longestText) }),
})

const refusalFields = (refusal: Refusal): Fields => ({
  code: refusal.code,
  status: reasonOf(refusal).status,
  means: reasonOf(refusal).means(refusal.saw).slice(0, longestText),
  next: reasonOf(refusal).next, // SOCKS5 has a number for an answer, and no words
})

/** What a client can put into it is bounded. */
const longestText = 500
