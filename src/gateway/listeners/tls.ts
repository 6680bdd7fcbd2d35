/** TLS from the client to the gateway. What is inside a tunnel has its own, which is not looked at. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import type { Duplex } from 'node:stream'
import { Socket } from 'node:net'
import type { Secret } from '../../values/secret.ts'
import type { Arrival } from './arrival.ts'

/** Both PEM; the certificate with its chain. */
export type TlsMaterial = { readonly cert: Secret; readonly key: Secret }

export type TlsToGateway = {
  /** Makes the handshake, the first bytes of which may have been read, and calls `next` with what is inside. One that fails closes the
   *  connection; the deadline of the stranger is the deadline of the handshake. */
  readonly accept: (arrival: Arrival, next: (inside: Arrival, alpn: string | undefined) => void) => void
  /** For connections from now on. Throws what `openTls` throws, and then nothing has changed. */
  readonly replace: (material: TlsMaterial) => void
}

/** Throws where certificate and key are none, or not of each other. */
export function openTls(material: TlsMaterial): TlsToGateway {
  let secureContext = contextOf(material)
  return {
    accept(arrival, next) {
      const { socket, start } = arrival
      const inside = handshake(socket, { start, secureContext })
      inside.on('error', () => undefined) // a handshake that failed, a client that went; the socket is closed
      inside.once('secure', () => {
        // node:http2 would wait for an event that a socket made here never has; a tls.Server does the same before it hands its sockets on
        Object.assign(inside, { secureConnecting: false })
        const alpn = inside.alpnProtocol
        const empty = start.subarray(0, 0)
        next({ ...arrival, socket: inside, start: empty, secure: true }, typeof alpn === 'string' ? alpn : undefined)
      })
    },
    replace(renewed) {
      secureContext = contextOf(renewed)
    },
  }
}

function handshake(
  socket: Duplex,
  { start, secureContext }: { start: Buffer; secureContext: SecureContext },
): TLSSocket {
  if (!(socket instanceof Socket)) throw new Error('TLS is taken from a socket only')
  if (start.length > 0) socket.unshift(start) // a TLS socket takes first what its socket has buffered
  return new TLSSocket(socket, { isServer: true, secureContext, ALPNCallback: chooseProtocol })
}

// HTTP/2 only to those who offer nothing else: clients that offer both to a proxy have hung on getting it (undici 8 sends it Proxy-Connection)
const spoken = ['http/1.1', 'http/1.0', 'h2']

/** The first that both speak; with none of them the handshake fails (RFC 7301 section 3.2). A client that names none speaks what its first byte says. */
const chooseProtocol = ({ protocols }: { readonly protocols: readonly string[] }): string | undefined =>
  spoken.find((each) => protocols.includes(each))

function contextOf({ cert, key }: TlsMaterial): SecureContext {
  try {
    // the context takes a certificate without its key, and finds that out in the first handshake
    if (!new X509Certificate(cert.expose()).checkPrivateKey(createPrivateKey(key.expose())))
      throw new Error('the key is of another certificate')
    return createSecureContext({
      cert: cert.expose(),
      key: key.expose(),
      minVersion: 'TLSv1.2',
      honorCipherOrder: true,
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `gateway.tls cannot be used (${why}): cert has to be a PEM certificate with its chain, key the PEM private key that belongs to it.`,
      { cause },
    )
  }
}
