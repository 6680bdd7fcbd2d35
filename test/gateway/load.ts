/** Clients that open tunnels one after the other, send something, and want it back. */
import { connectThrough, echoed, type Proxy } from './raw-client.ts'

export type Load = {
  /** One line each. */
  readonly failures: readonly string[]
  /** From the CONNECT to the echo of the first bytes. */
  readonly slowestMs: number
  readonly done: number
}

export type Wish = {
  readonly target: string
  readonly atOnce: number
  /** Either so many, or until it says so. */
  readonly requests?: number
  readonly until?: () => boolean
}

export async function loadOf(
  proxy: Proxy,
  { target, atOnce, requests = Infinity, until = () => false }: Wish,
): Promise<Load> {
  const failures: string[] = []
  const state = { started: 0, done: 0, slowestMs: 0 }
  const client = async (): Promise<void> => {
    while (state.started < requests && !until()) {
      state.started += 1
      const began = performance.now()
      const failure = await once(proxy, target, `request ${state.started} `)
      state.slowestMs = Math.max(state.slowestMs, performance.now() - began)
      if (failure === undefined) state.done += 1
      else failures.push(`${failure}, after ${(performance.now() - began).toFixed(0)} ms`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return { failures, slowestMs: state.slowestMs, done: state.done }
}

async function once(proxy: Proxy, target: string, text: string): Promise<string | undefined> {
  try {
    const { raw, reply } = await connectThrough(proxy, target)
    try {
      if (reply.status !== 200)
        return `${reply.status} ${reply.fields.get('proxy-status') ?? ''} ${(await raw.rest()).toString()}`
      const back = await echoed(raw, text)
      return back === text ? undefined : `the echo was ${back}`
    } finally {
      raw.socket.destroy()
    }
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}
