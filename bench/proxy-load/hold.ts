/** Opens idle tunnels and holds them: each has echoed once. Says how many are open, and goes when its standard input ends. `JOB` as JSON. */
import type { Socket } from 'node:net'
import { parseOwn } from '../load/own-json.ts'
import { announce } from '../subjects/announce.ts'
import type { Origin, ProxyTarget } from './job.ts'
import { openTunnel } from './tunnel.ts'

export type HoldJob = { readonly proxy: ProxyTarget; readonly origin: Origin; readonly tunnels: number }
export type Held = { readonly open: number; readonly failures: readonly string[] }

const { proxy, origin, tunnels } = parseOwn<HoldJob>(process.argv[2] ?? '')
const open = new Set<Socket>()
const failures: string[] = []

/** The next is opened when this one has echoed or failed, so that no backlog runs over. */
async function holdOne(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = openTunnel({
    proxy,
    port: origin.echo,
    events: {
      opened: () => socket.write('idle from now on'),
      heard() {
        open.add(socket)
        resolve()
      },
      failed: (why) => failures.push(why),
      closed() {
        open.delete(socket)
        resolve()
      },
    },
  })
  await promise
}

let started = 0
await Promise.all(
  Array.from({ length: 32 }, async () => {
    while (started < tunnels && failures.length < 10) {
      started += 1
      await holdOne()
    }
  }),
)
const held: Held = { open: open.size, failures }
announce(held)
