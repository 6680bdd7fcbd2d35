/** A gateway and another program on a loopback of twelve source ports: `unshare --net node child-ports-of-others.ts`. Prints what was seen as one JSON line. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { local, openScene, startListener } from './egress-scene.ts'

execFileSync('ip', ['link', 'set', 'lo', 'up'])
writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '40000 40011')

const closing: (() => void | Promise<void>)[] = []
const scope = { after: (close: () => void | Promise<void>) => void closing.push(close) }
const target = await startListener(scope)
const scene = await openScene(scope, { egress: [local('a', '127.0.0.11', { confirm: false })], target: target.at })
let held = 0
// fewer of each than half of the ports, and in all more than there are
for (let destination = 0; destination < 4; destination += 1) {
  const { port } = await startListener(scope)
  for (let n = 0; n < 4; n += 1) if ((await scene.dial(port)).ok) held += 1
}
const other = connect({ host: '127.0.0.1', port: target.port })
const program = await once(other, 'connect').then(
  () => 'connected',
  (cause: unknown) => String(cause),
)
other.destroy()
console.log(JSON.stringify({ held, program }))
for (const close of closing.toReversed()) await close()
