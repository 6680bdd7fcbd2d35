/** Clients that redeem all the time, each with a chain of its own: it stores each successor, sends again what was not sent, and opens a tunnel
 *  anew now and then. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Lost, NotSent, openTunnel, type Tunnel, type Way } from './tunnel.ts'

export type LoadParts = {
  readonly way: () => Way
  readonly client: { readonly consumerKey: string; readonly consumerSecret: string }
  /** One for each chain. */
  readonly tokens: readonly string[]
}

export type Counts = {
  readonly good: number
  /** Not processed, as the org or the gateway has said or as nothing was sent; done again with the same token. */
  readonly postponed: number
  /** Each with its reason and its address. */
  readonly failed: readonly string[]
  /** How many went well from which address. */
  readonly from: ReadonlyMap<string, number>
}

export type Load = {
  /** From now on; 0 rests. */
  readonly pace: (perSecond: number) => void
  readonly counts: () => Counts
  /** Tokens that are good now. */
  readonly tokens: () => readonly string[]
  /** Resolves once every chain has redeemed from one of them after it was asked. */
  readonly allFrom: (addresses: readonly string[]) => Promise<void>
  /** Resolves once one more has failed than there had then. */
  readonly failed: (then: Counts) => Promise<void>
  readonly stop: () => Promise<void>
}

type Link = { token: string; tunnel: Tunnel | undefined; openedAt: number; last: { address: string; nth: number } }

const tunnelsLast = 250 // ms
const moment = 50 // ms
const longestPause = 120_000 // ms
const tick = 5 // ms

export function startLoad(parts: LoadParts): Load {
  const links = parts.tokens.map((token): Link => ({ ...unused, token }))
  const tally = { good: 0, postponed: 0, failed: [] as string[], from: new Map<string, number>() }
  const idle = [...links]
  const busy = new Set<Promise<void>>()
  let pace = { perSecond: 0, since: performance.now(), begun: 0 }
  const begin = (): void => {
    const due = ((performance.now() - pace.since) / 1000) * pace.perSecond
    while (pace.begun < due) {
      const link = idle.shift()
      if (link === undefined) return
      pace.begun += 1
      const work = redeem(parts, link, tally).finally(() => {
        busy.delete(work)
        if (link.token !== '') idle.push(link)
      })
      busy.add(work)
    }
  }
  const timer = setInterval(begin, tick)
  return {
    pace: (perSecond) => void (pace = { perSecond, since: performance.now(), begun: 0 }),
    counts: () => ({ ...tally, failed: [...tally.failed], from: new Map(tally.from) }),
    tokens: () => links.map(({ token }) => token),
    async allFrom(addresses) {
      const asked = tally.good
      const left = (): boolean =>
        links.every(({ token, last }) => token === '' || (last.nth > asked && addresses.includes(last.address)))
      while (!left()) await sleep(tick)
    },
    async failed(then) {
      while (tally.failed.length <= then.failed.length) await sleep(tick)
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(busy)
      for (const { tunnel } of links) tunnel?.drop()
    },
  }
}

const unused = { tunnel: undefined, openedAt: 0, last: { address: '', nth: 0 } }

/** What happened between two looks. */
export function countsSince(before: Counts, now: Counts): Counts {
  const from = [...now.from].map(([address, count]) => [address, count - (before.from.get(address) ?? 0)] as const)
  return {
    good: now.good - before.good,
    postponed: now.postponed - before.postponed,
    failed: now.failed.slice(before.failed.length),
    from: new Map(from.filter(([, count]) => count > 0)),
  }
}

type Tally = { good: number; postponed: number; failed: string[]; from: Map<string, number> }

/** To its end, with as many tries as it takes while nothing was processed; its link has no token where nobody knows what became of it. */
async function redeem(parts: LoadParts, link: Link, tally: Tally): Promise<void> {
  const giveUp = performance.now() + longestPause
  for (;;) {
    const ended = await redeemOnce(parts, link).catch((cause: unknown) => {
      link.tunnel = undefined
      if (cause instanceof Lost) link.token = ''
      return { kind: cause instanceof NotSent ? ('postponed' as const) : ('failed' as const), why: String(cause) }
    })
    switch (ended.kind) {
      case 'good':
        tally.good += 1
        tally.from.set(ended.address, (tally.from.get(ended.address) ?? 0) + 1)
        link.last = { address: ended.address, nth: tally.good }
        return
      case 'postponed':
        if (performance.now() < giveUp) {
          tally.postponed += 1
          await sleep(moment)
          continue
        }
        tally.failed.push(ended.why)
        return
      case 'failed':
        tally.failed.push(ended.why)
        return
    }
  }
}

type Once =
  { readonly kind: 'good'; readonly address: string } | { readonly kind: 'postponed' | 'failed'; readonly why: string }

async function redeemOnce(parts: LoadParts, link: Link): Promise<Once> {
  const way = parts.way()
  const tunnel = await tunnelOf(link, way)
  const reply = await tunnel.send(request(parts, link.token, way.to))
  const { error, error_description: words, refresh_token: next } = fieldsIn(reply.body)
  const why = `${error ?? reply.status}: ${words ?? ''} (from ${tunnel.address})`
  if (reply.status === 503 && error === 'temporarily_unavailable') return { kind: 'postponed', why }
  if (reply.status !== 200) return { kind: 'failed', why } // from a wrong address no token is spent
  if (next === undefined || next === link.token) throw new Lost('no new refresh token in the reply')
  link.token = next
  return { kind: 'good', address: tunnel.address }
}

async function tunnelOf(link: Link, way: Way): Promise<Tunnel> {
  const now = performance.now()
  if (link.tunnel !== undefined && !link.tunnel.isOver() && now - link.openedAt < tunnelsLast) return link.tunnel
  link.tunnel?.close()
  link.tunnel = await openTunnel(way)
  link.openedAt = now
  return link.tunnel
}

function request({ client }: LoadParts, refreshToken: string, host: string): string {
  const form = new URLSearchParams({
    ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
    ...{ client_id: client.consumerKey, client_secret: client.consumerSecret },
  }).toString()
  return [
    'POST /services/oauth2/token HTTP/1.1',
    `Host: ${host}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.length}`,
    '',
    form,
  ].join('\r\n')
}

function fieldsIn(text: string): Readonly<Record<string, string | undefined>> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
