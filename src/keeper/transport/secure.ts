/** TLS over any stream, in such a way that a write reaches the stream below in the same tick (P-21), and that its end is told from a connection
 *  that somebody has cut. */
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { connect, type SecureContext, type TLSSocket } from 'node:tls'
import { fault, ok, type Result } from '../../values/result.ts'
import { bareHost, type Host } from '../../ip/hosts.ts'

/** The stream between two layers: hands bytes down at once. It never hands an end up: so the only end that TLS ever sees is a `close_notify` of
 *  the other side, and a connection that ends without one is cut (RFC 8446 section 6.1). */
class Seam extends Duplex {
  readonly #below: Duplex
  constructor(below: Duplex) {
    super({ allowHalfOpen: true })
    this.#below = below
    below.on('data', (chunk: Buffer) => this.push(chunk))
    below.resume()
  }
  override _read(): void {
    // what comes is handed on as it comes; replies are bounded where they are read
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#below.write(chunk)
    done()
  }
  // TLS hands over a record in pieces; one write below keeps them together
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#below.write(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }
}

export type Peer = { readonly host: Host; readonly trust: SecureContext }

/** The name of the certificate is held against `host`. A fault is a clause about the other side. The stream it resolves with is flowing-ready:
 *  whoever takes it attaches `data` at once. Ends of the stream below, and its errors, destroy it. */
export async function secured(below: Duplex, { host, trust }: Peer): Promise<Result<TLSSocket, string>> {
  const name = bareHost(host)
  const socket = connect({
    socket: new Seam(below),
    host: name,
    ...(host.kind === 'name' ? { servername: name } : {}),
    secureContext: trust,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true, // said, so that no environment variable says otherwise
  })
  const cut = (): void =>
    void setImmediate(() => {
      if (!socket.readableEnded) socket.destroy(new Error('the connection was cut without an end of TLS'))
    })
  below.on('error', (error) => socket.destroy(error))
  below.on('end', cut)
  below.on('close', cut)
  const failed = await handshake(socket)
  if (failed !== undefined) return fault(failed)
  await atRest(below)
  return ok(socket)
}

async function handshake(socket: TLSSocket): Promise<string | undefined> {
  return await new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(undefined))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(wordsOf(error)))
    socket.once('close', () => resolve('it closed the connection'))
  })
}

const wordsOf = ({ code, message }: NodeJS.ErrnoException): string =>
  code === undefined || message.includes(code) ? message : `${code}: ${message}`

/** While what TLS wrote last is under way (the end of its handshake, a question to a proxy), it holds back what is written behind it, even where
 *  the answer is here already: Node tells it of the end of a write in the loop's next turn. */
export async function atRest(below: Duplex): Promise<void> {
  for (let turns = 0; turns < mostTurns && (turns < 2 || below.writableLength > 0); turns += 1) await turn()
}

const mostTurns = 100
