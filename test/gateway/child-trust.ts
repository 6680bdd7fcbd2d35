/** Whether a certificate is believed with what this process was told to believe: `node child-trust.ts PORT`. Prints `yes`, or why not. */
import { connect } from 'node:tls'
import { openTrust } from '../../src/gateway/egress/trust.ts'

const socket = connect({ host: '127.0.0.1', port: Number(process.argv[2]), secureContext: openTrust()() })
socket.once('secureConnect', () => {
  console.log('yes')
  socket.destroy()
})
socket.once('error', (error: NodeJS.ErrnoException) => console.log(error.code))
