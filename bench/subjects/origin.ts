/** Behind every proxy of the bench: an echo, a web server and a flood, as cheap as Node can have them, so that the proxy is what is measured. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { originHost, replyBody, type Origin } from '../proxy-load/job.ts'
import { announce } from './announce.ts'

const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${replyBody.length}\r\n\r\n`

const listen = async (serve: (socket: Socket) => void): Promise<number> => {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy()) // a proxy that resets is the load's to report
    serve(socket)
  })
  server.listen({ host: originHost, port: 0, backlog: 4096 })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the origin does not listen on TCP')
  return address.port
}

const echo = (socket: Socket): void => void socket.on('data', (piece: Buffer) => socket.write(piece))

/** Calls back for each head that has come whole; the requests of the bench have no body. */
const eachRequest = (socket: Socket, answer: () => void): void => {
  let seen = ''
  socket.setEncoding('latin1')
  socket.on('data', (piece: string) => {
    seen += piece
    for (let end = seen.indexOf('\r\n\r\n'); end >= 0; end = seen.indexOf('\r\n\r\n')) {
      seen = seen.slice(end + 4)
      answer()
    }
  })
}

const web = (socket: Socket): void => eachRequest(socket, () => socket.write(head + replyBody, 'latin1'))

const webInTwo = (socket: Socket): void =>
  eachRequest(socket, () => {
    socket.write(head, 'latin1')
    setImmediate(() => socket.write(replyBody, 'latin1'))
  })

const piece = Buffer.alloc(64 * 1024, 'flood')
const flood = (socket: Socket): void => {
  const pour = (): void => {
    while (socket.writable && socket.write(piece));
  }
  socket.on('drain', pour)
  socket.once('data', pour)
  socket.resume()
}

const said: Origin = {
  pid: process.pid,
  echo: await listen(echo),
  web: await listen(web),
  webInTwo: await listen(webInTwo),
  flood: await listen(flood),
}
announce(said)
