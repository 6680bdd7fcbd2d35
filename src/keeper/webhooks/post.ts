/** One attempt to deliver: the name is resolved once, every address of it is judged, and the connection goes to one that was judged, straight, without a
 *  proxy: a webhook does not leave by the addresses that an org admits (P-28). */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import type { Address } from '../../ip/address.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { formatDestination } from '../../ip/hosts.ts'
import { followReply, replyBegins } from '../rules/http-reply.ts'
import type { PostRequest } from '../rules/http-request.ts'
import { deliveredBy, type Delivered } from '../rules/webhook-retry.ts'
import { judgeTarget, type WebhookTarget } from '../rules/webhook-target.ts'
import { openConnection, type Posted } from '../transport/connection.ts'
import { dial } from '../transport/dial.ts'
import { judgeTexts, type Resolve } from '../transport/resolve.ts'
import { secured } from '../transport/secure.ts'

export type PostMeans = {
  readonly resolve: Resolve
  readonly trust: () => SecureContext
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  /** For all of an attempt. */
  readonly deadlineMs: number
}

export type PostWish = {
  readonly target: WebhookTarget
  readonly allowPrivate: boolean
  readonly request: Omit<PostRequest, 'path'>
  /** Breaks it off. */
  readonly signal: AbortSignal
}

/** Never rejects. What the other side says is not kept, but for its status. */
export async function postOnce(means: PostMeans, wish: PostWish): Promise<Delivered> {
  const { monotonic, deadlineMs } = means
  const endsAt = monotonic() + deadlineMs
  const left = (): number => Math.max(0, endsAt - monotonic())
  const addresses = await addressesOf(means, wish, left())
  if (!addresses.ok) return failed(addresses.fault)
  const raw = await dialOneOf(addresses.value, wish, left)
  if (!raw.ok) return failed(raw.fault)
  const cut = (): void => void raw.value.destroy()
  let late = false // a timer may fire a part of a millisecond before its time
  const timer = setTimeout(() => {
    late = true
    cut()
  }, left())
  wish.signal.addEventListener('abort', cut)
  try {
    const stream = await streamOver(raw.value, wish, means)
    const end = stream.ok ? await post(raw.value, stream.value, { wish, left }) : failed(stream.fault)
    return end.kind === 'failed' && (late || left() === 0) ? failed(`it did not answer within ${deadlineMs} ms`) : end
  } finally {
    clearTimeout(timer)
    wish.signal.removeEventListener('abort', cut)
    cut()
  }
}

const failed = (why: string): Delivered => ({ kind: 'failed', why })

async function addressesOf(
  { resolve }: PostMeans,
  { target, allowPrivate }: PostWish,
  ms: number,
): Promise<Result<readonly Address[], string>> {
  const { host } = target
  if (host.kind === 'address') return judgeTarget(target, [host.address], { allowPrivate })
  const texts = await resolved(resolve, host.name, ms)
  if (!texts.ok) return texts
  return judgeTexts((addresses) => judgeTarget(target, addresses, { allowPrivate }), host.name, texts.value)
}

/** A question to the system's resolver cannot be taken back, so it is left alone when it takes too long. */
async function resolved(resolve: Resolve, name: string, ms: number): Promise<Result<readonly string[], string>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Result<never, string>>((settle) => {
    timer = setTimeout(() => settle(fault(`${name} was not resolved in time`)), ms)
  })
  const asked = resolve(name).then(ok, (cause: NodeJS.ErrnoException) =>
    fault(`${name} was not resolved: ${cause.code ?? cause.message}`),
  )
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer))
}

const mostDialled = 3

/** In their order; nothing has been sent to one that failed. */
async function dialOneOf(
  addresses: readonly Address[],
  { target, signal }: PostWish,
  left: () => number,
): Promise<Result<Socket, string>> {
  const some = addresses.slice(0, mostDialled)
  const whys: string[] = []
  for (const [at, address] of some.entries()) {
    if (signal.aborted) return fault('it was broken off')
    const ms = left() / (some.length - at)
    let timer: NodeJS.Timeout | undefined
    const dialled = await dial({ host: { kind: 'address', address }, port: target.port }, (socket) => {
      timer = setTimeout(() => socket.destroy(new Error('it took too long')), ms)
    })
    clearTimeout(timer)
    if (dialled.kind === 'connected') return ok(dialled.socket)
    whys.push(dialled.why)
  }
  return fault(`${formatDestination(target)} was not reached: ${[...new Set(whys)].join(', ')}`)
}

async function streamOver(raw: Socket, { target }: PostWish, { trust }: PostMeans): Promise<Result<Duplex, string>> {
  if (!target.secure) return ok(raw)
  const stream = await secured(raw, { host: target.host, trust: trust() })
  return stream.ok ? stream : fault(`TLS with ${formatDestination(target)} failed: ${stream.fault}`)
}

type Posting = { readonly wish: PostWish; readonly left: () => number }

async function post(raw: Socket, stream: Duplex, { wish, left }: Posting): Promise<Delivered> {
  const { target, request, signal } = wish
  const none = { egress: undefined, leavesFrom: undefined, tunnelEndsAt: undefined }
  const connection = openConnection({ raw, stream, ...none, to: target, isOver: () => left() === 0 })
  const posted = await connection.post(
    { ...request, path: target.path },
    { mayWrite: () => !signal.aborted, deadlineMs: Math.ceil(left()) },
  )
  return deliveredIn(posted)
}

/** Its head is enough: what comes behind it is nobody's. */
function deliveredIn(posted: Posted): Delivered {
  if (posted.kind === 'not-sent') return failed(posted.why)
  const place = followReply(posted.raw, replyBegins)
  if (place.kind !== 'head' && place.head !== undefined) return deliveredBy(place.head.status)
  return failed(posted.kind === 'cut' ? posted.why : 'it answered, but not with HTTP')
}
