/** The far side of a network: an echo and a health target on the address that it is given, which remember who came. Ends with its parent. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const [host = ''] = process.argv.slice(2)
let sources: string[] = []

const listening = async (use: (socket: Socket) => void): Promise<number> => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined)
    use(socket)
  })
  await new Promise<void>((resolve) => void server.listen({ host, port: 0 }, resolve))
  return (server.address() as AddressInfo).port
}

const answers: Readonly<Record<string, () => unknown>> = {
  listen: async () => ({
    echo: await listening((socket) => {
      sources.push(socket.remoteAddress ?? 'gone')
      socket.pipe(socket)
    }),
    health: await listening((socket) => void socket.resume()),
  }),
  sources() {
    const known = sources
    sources = []
    return known
  },
}

process.on('message', (question: string) => {
  void Promise.resolve(answers[question]?.()).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit())
process.send?.(process.pid)
