/** What a relay asks for besides its two sockets. */
import { minutes, seconds } from '../../src/values/time.ts'
import type { Deadlines } from '../../src/gateway/rules/deadlines.ts'
import type { LiveTunnel } from '../../src/gateway/tunnel.ts'

export const deadlines: Deadlines = {
  header: seconds(10),
  dial: seconds(10),
  attempt: seconds(1),
  idle: minutes(10),
  halfClose: minutes(1),
  response: seconds(30),
  drain: seconds(30),
  total: undefined,
}

/** As far as a relay looks at it. */
export const liveTunnel = (): LiveTunnel => ({ up: 0, down: 0, ask: {} }) as unknown as LiveTunnel
