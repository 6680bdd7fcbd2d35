/** An egress on a loopback that has twelve source ports, two of them reserved: `unshare --net node child-ports.ts`. Prints what was seen as one JSON line. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { local, openScene, startListener } from './egress-scene.ts'

const ports = 10
const reserved = [40_003, 40_007]
execFileSync('ip', ['link', 'set', 'lo', 'up'])
writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', `40000 ${40_000 + ports + reserved.length - 1}`)
writeFileSync('/proc/sys/net/ipv4/ip_local_reserved_ports', reserved.join())

const closing: (() => void | Promise<void>)[] = []
const scope = { after: (close: () => void | Promise<void>) => void closing.push(close) }
const first = await startListener(scope)
const second = await startListener(scope)
// without an echo and with a target that is taken away, nothing else takes a port
const target = await startListener(scope)
const scene = await openScene(scope, { egress: [local('a', '127.0.0.11', { confirm: false })], target: target.at })
for (const socket of target.sockets) socket.destroy()

/** How many connections there can be at one time, and what comes after them. */
async function fill(port: number): Promise<{ readonly held: number; readonly refused: string }> {
  for (let held = 0; ; held += 1) {
    const dialled = await scene.dial(port)
    if (!dialled.ok) return { held, refused: dialled.fault.code }
  }
}
const taken = (): readonly number[] =>
  [first, second].flatMap(({ sockets }) => sockets.map((each) => each.remotePort ?? 0))
const seen = {
  ports,
  first: await fill(first.port),
  second: await fill(second.port),
  state: scene.view('a').state,
  reserved: taken().filter((each) => reserved.includes(each)),
}
console.log(JSON.stringify(seen))
for (const close of closing.toReversed()) await close()
