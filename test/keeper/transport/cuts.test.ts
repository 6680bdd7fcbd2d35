/** The network is cut after every byte of the request and of the reply: what is told, and how often the request was on the wire. */
import { constants } from 'node:crypto'
import { equal, ok } from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, test } from 'node:test'
import type { Posted } from '../../../src/keeper/transport/connection.ts'
import { listenOn, type Scope } from '../../gateway/kit.ts'
import { cutting, type Cut, type Cutter, type How } from '../cutter.ts'
import { answering, direct, listening, opened, pair, rawOf, refresh, through, transportBy, wish, yes } from './kit.ts'
import { tokens } from './said.ts'

type Round = { readonly posted: Posted; readonly posts: number; readonly connections: number }

/** Cuts after 0, 1, 2… bytes, each in a round of its own, until a round is not cut any more; says how many there were. */
async function everyCut(
  t: Scope,
  scene: { readonly of: Cut['of']; readonly how: (n: number) => How; readonly reply: string; readonly secure: boolean },
  check: (round: Round, after: number) => void,
): Promise<number> {
  const cutter: Cutter = { cut: undefined }
  // without tickets the reply is all that comes after the handshake
  const tls = scene.secure ? { secureOptions: constants.SSL_OP_NO_TICKET } : undefined
  const origin = await listening(t, answering(scene.reply), tls)
  const proxy = await listening(t, cutting(cutter))
  const transport = transportBy(through(`http://127.0.0.1:${proxy.port}`))
  for (let after = 0; ; after += 1) {
    cutter.cut = undefined
    const connection = await opened(transport, wish(origin.port, { secure: scene.secure }))
    cutter.cut = { of: scene.of, after, how: scene.how(after) }
    const posted = await connection.post(refresh(), yes)
    await origin.ended(after + 1)
    const posts = origin.heard[after]?.split('POST ').length ?? 1
    const round = { posted, posts: posts - 1, connections: origin.connections() - after }
    if (posted.kind === 'replied') return after
    check(round, after)
  }
}

const resets = (): How => 'reset'
const ends = (): How => 'end'
const inTurn = (n: number): How => (n % 2 === 0 ? 'reset' : 'end')

describe('a network that is cut', () => {
  const scenes = {
    'by a reset, within an http request': { of: 'request', how: resets, secure: false },
    'by an end, within an http request': { of: 'request', how: ends, secure: false },
    'by either, within an https request': { of: 'request', how: inTurn, secure: true },
    'by a reset, within an http reply': { of: 'reply', how: resets, secure: false },
    'by an end, within an http reply': { of: 'reply', how: ends, secure: false },
    'by either, within an https reply': { of: 'reply', how: inTurn, secure: true },
  } as const
  for (const [sentence, scene] of Object.entries(scenes))
    test(`${sentence}: after every byte it is a cut with what came, and one request at most was on the wire`, async (t) => {
      const cuts = await everyCut(t, { ...scene, reply: tokens }, ({ posted, posts, connections }, after) => {
        equal(posted.kind, 'cut', `after ${after}`)
        equal(connections, 1, `after ${after}`)
        equal(posts, scene.of === 'reply' ? 1 : Math.min(posts, 1), `after ${after}`)
        ok(tokens.startsWith(rawOf(posted)), `after ${after}: ${rawOf(posted)}`)
        if (scene.of === 'reply' && scene.how === ends && !scene.secure) equal(rawOf(posted).length, after)
      })
      ok(cuts > 100, `${cuts} cuts`)
      t.diagnostic(`${cuts} cuts`)
    })

  test('within a reply that ends with its connection is told from its end by TLS, and only by TLS', async (t) => {
    const reply = 'HTTP/1.1 200 OK\r\n\r\n{"access_token":"00Dx","refresh_token":"5Aep"}'
    const secure = await everyCut(t, { of: 'reply', how: inTurn, reply, secure: true }, ({ posted }) =>
      equal(posted.kind, 'cut'),
    )
    // the record of the reply, and then the one in which the server says that this was all
    ok(secure > reply.length + 20, `${secure} cuts`)
    const plain = await everyCut(t, { of: 'reply', how: ends, reply, secure: false }, ({ posted }) =>
      equal(posted.kind, 'cut'),
    )
    equal(plain, reply.indexOf('\r\n\r\n') + 4)
  })
})

describe('a reply that ends with its connection, over TLS', () => {
  const reply = 'HTTP/1.1 200 OK\r\n\r\n{"access_token":"00Dx","refresh_token":"5Aep"}'
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const kind of ['replied', 'cut'] as const)
      test(`is ${kind} where ${kind === 'cut' ? 'only TCP ends' : 'TLS ends'}, by ${version}`, async (t) => {
        // in two records, with nothing between the last of them and the end
        const answer = (over: TLSSocket, below: Socket): void => {
          over.write(reply.slice(0, 30))
          over.write(reply.slice(30), () => (kind === 'cut' ? below.end() : over.end()))
        }
        const server = createServer((below) => {
          const over = new TLSSocket(below, { isServer: true, ...pair, minVersion: version, maxVersion: version })
          for (const each of [below, over]) each.on('error', () => undefined)
          over.once('data', () => answer(over, below))
          t.after(() => void below.destroy())
        })
        const { port } = await listenOn(server, '127.0.0.1')
        t.after(() => void server.close())
        const connection = await opened(transportBy(direct), wish(port, { secure: true }))
        const posted = await connection.post(refresh(), yes)
        equal(posted.kind, kind)
        equal(rawOf(posted), reply)
      })
})
