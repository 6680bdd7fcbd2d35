/** A proxy that leads back to the gateway, under a name that the configuration cannot see through. */
import { equal, match } from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import { plainCredentials, startTestGateway } from './kit.ts'
import { startListener } from './egress-scene.ts'

test('an egress that leads back to its own gateway is found out by Via, and is down', async (t) => {
  const home = { port: 0 }
  const asked: string[] = []
  const front = await startListener(t, (socket) => {
    socket.once('data', (head) => asked.push(head.toString('latin1').split('\r\n', 1)[0] ?? ''))
    const back = connect({ host: '127.0.0.1', port: home.port })
    back.on('error', () => socket.destroy())
    socket.pipe(back).pipe(socket)
  })
  const { username, password } = plainCredentials
  const egress = [{ name: 'v', via: secret(`http://${username}:${password}@${front.at}`) }]
  const gateway = await startTestGateway(t, { configuration: { egress } })
  home.port = gateway.port
  asked.length = 0
  await gateway.running.parts.pool.probeNow()
  const view = gateway.running.views()[0]
  equal(view?.state, 'down')
  match(view.why, /the proxy refused with 508/)
  equal(asked.length, 1, 'it went round once')
})
