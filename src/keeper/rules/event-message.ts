/** An event as it is told, to webhooks and to whoever reads the stream. */
import { instant, isoText } from '../../values/time.ts'

export type Message = {
  readonly id: string
  readonly type: string
  /** ISO 8601, of the event. */
  readonly timestamp: string
  /** `next`: what to do. */
  readonly data: Readonly<Record<string, unknown>>
}

export type Told = {
  /** The same over all attempts and processes. */
  readonly id: string
  readonly tenant: string
  readonly connection: string
  readonly sequence: number
  readonly kind: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** JSON, without secrets. */
  readonly data: string
}

/** For JSON; the same for the same event, whoever is told and however often. */
export function messageOf({ id, tenant, connection, sequence, kind, at, data }: Told): Message {
  const more = recordOf(data)
  const next = nextOf(more, kind)
  return {
    ...{ id, type: kind, timestamp: isoText(instant(at)) },
    data: { tenant, connection, sequence, ...more, next },
  }
}

/** What to do: what the explanations say, the likeliest first. */
function nextOf({ next, explanations }: Readonly<Record<string, unknown>>, kind: string): readonly string[] {
  if (Array.isArray(next)) return next.map(String)
  const said = Array.isArray(explanations) ? explanations.map((each: unknown) => textOf(each, 'next')) : []
  const acts = [...new Set(said.filter((each) => each !== undefined))]
  const usual = usualNext[kind]
  return acts.length > 0 || usual === undefined ? acts : [usual]
}

const usualNext: Readonly<Record<string, string>> = {
  'connection.reauthorization_required': 'Authorize it again; the connection stays the same.',
  'connection.in_doubt': 'Wait: the token is asked about before it is sent again.',
}

function recordOf(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json)
  return isRecord(value) ? value : {}
}

function textOf(value: unknown, member: string): string | undefined {
  const text = isRecord(value) ? value[member] : undefined
  return typeof text === 'string' ? text : undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether this event tells of the very webhook, which is not told of itself. */
export const tellsOf = (data: string, webhook: string): boolean => textOf(recordOf(data), 'webhook') === webhook
