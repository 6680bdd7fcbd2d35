/** The event stream of a keeper on a listener of its own, and readers of it. */
import fastify from 'fastify'
import { schemasForPeople } from '../../src/http/schemas-for-people.ts'
import { EventEmitter, once } from 'node:events'
import type { TestContext } from 'node:test'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import { api } from '../../src/keeper/service/api.ts'
import { registerEvents } from '../../src/keeper/service/events.ts'
import type { StreamTerms } from '../../src/keeper/service/event-stream.ts'
import { instant } from '../../src/values/time.ts'

export type EventServer = {
  readonly url: string
  /** Resolves when this has been logged. */
  readonly logs: (event: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** The bearer token is the name of the tenant. */
export async function serveEvents(
  t: TestContext,
  keeper: Keeper,
  terms: Partial<StreamTerms> = {},
): Promise<EventServer> {
  const said = new EventEmitter()
  const logged = new Set<string>()
  const say = (event: string): void => {
    logged.add(event)
    said.emit(event)
  }
  const log = { info: say, warn: say, error: say }
  const server = fastify({ forceCloseConnections: 'idle', schemaController: schemasForPeople })
  await server.register(
    (scope, _options, done) => {
      api.openPlane(scope, { bearers: (tenant) => ({ tenant }), log })
      const parts = { keeper, log, clock: () => instant(Date.now()), random: (n: number) => new Uint8Array(n) }
      registerEvents(scope, { ...parts, publicUrl: () => '' }, terms)
      done()
    },
    { prefix: '/v1' },
  )
  const close = async (): Promise<void> => await server.close()
  t.after(close)
  const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/v1/events`
  const logs = async (event: string): Promise<void> => {
    if (!logged.has(event)) await once(said, event)
  }
  return { url, logs, close }
}

export type Told = { readonly id: string; readonly event: string; readonly data: string }
export type Reader = {
  readonly status: number
  readonly headers: Headers
  /** Resolves with the next so many events; rejects where the stream ends before. */
  readonly next: (count: number) => Promise<readonly Told[]>
  /** Resolves with the id that the stream begins behind. */
  readonly begins: () => Promise<string>
  /** Resolves with the next comment. */
  readonly comment: () => Promise<string>
  /** Resolves when the server has ended it. */
  readonly ended: () => Promise<void>
  readonly leave: () => void
}

/** As the standard has a client read it: blocks with an empty line behind each. */
export async function follow(
  t: TestContext,
  url: string,
  { tenant = 'default', after }: { readonly tenant?: string; readonly after?: string } = {},
): Promise<Reader> {
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const headers = { authorization: `Bearer ${tenant}`, accept: 'text/event-stream' }
  const response = await fetch(url, {
    ...{ signal: leaving.signal },
    headers: after === undefined ? headers : { ...headers, 'last-event-id': after },
  })
  const blocks = blocksOf(response)
  const block = async (): Promise<string> => {
    const { value, done } = await blocks.next()
    if (done === true) throw new Error('the stream has ended')
    return value
  }
  const until = async (isWanted: (text: string) => boolean): Promise<string> => {
    for (;;) {
      const text = await block()
      if (isWanted(text)) return text
    }
  }
  return {
    ...{ status: response.status, headers: response.headers },
    async next(count) {
      const all: Told[] = []
      while (all.length < count) all.push(toldOf(await until((text) => text.includes('data: '))))
      return all
    },
    begins: async () => toldOf(await block()).id,
    comment: async () => await until((text) => text.startsWith(':')),
    async ended() {
      for (;;) if ((await blocks.next()).done === true) return
    },
    leave: () => leaving.abort(),
  }
}

function toldOf(text: string): Told {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? ''
  return { id: field('id'), event: field('event'), data: field('data') }
}

async function* blocksOf(response: Response): AsyncGenerator<string, void> {
  if (response.body === null) return
  let held = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (held + chunk).split('\n\n')
    held = parts.pop() ?? ''
    yield* parts
  }
}
