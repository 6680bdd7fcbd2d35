/** A client of HTTP/2 that asks for tunnels and gives each up at once, 2000 times; when its connection is closed it says
 *  with which code it was told to stop, or -1. */
import { connect, constants } from 'node:http2'

const [port = '', ca = ''] = process.argv.slice(2)
const session = connect(`https://127.0.0.1:${port}`, { ca })
const credentials = Buffer.from('app:s3cret').toString('base64')
let told = -1
let sent = 0

session.on('error', () => undefined)
session.on('goaway', (code) => (told = code))
// Node's client does not always notice that its connection was reset in the middle of a storm
setTimeout(() => process.send?.(told, () => process.exit()), 5000)
session.on('close', () => process.send?.(told, () => process.exit()))
session.on('connect', storm)

function storm(): void {
  for (let i = 0; i < 100 && !session.closed && !session.destroyed; i += 1) {
    sent += 1
    const headers = {
      ':method': 'CONNECT',
      ':authority': '127.0.0.1:9',
      'proxy-authorization': `Basic ${credentials}`,
    }
    const stream = session.request(headers, { endStream: false })
    stream.on('error', () => undefined)
    stream.close(constants.NGHTTP2_CANCEL)
  }
  if (!session.closed && !session.destroyed && sent < 2000) setImmediate(storm)
}
