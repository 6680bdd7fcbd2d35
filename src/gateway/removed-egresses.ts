/** What becomes of the tunnels of an egress that is taken out of the declared set: they run on until the drain deadline, and are cut then. */
import type { Pool } from './egress/pool.ts'
import type { Meter } from './metering/meter.ts'
import type { DeadlineWheel } from './relay/deadline-wheel.ts'
import type { Deadlines } from './rules/deadlines.ts'

export type RemovedParts = {
  readonly pool: Pool
  readonly meter: Pick<Meter, 'live'>
  readonly wheel: DeadlineWheel
  readonly deadlines: () => Deadlines
}

/** The pool, whose `declare` looks after what it leaves out. An egress that is declared again in time keeps its tunnels. */
export function drainingRemoved({ pool, meter, wheel, deadlines }: RemovedParts): Pool {
  const cutRemoved = (): void => {
    const declared = new Set(pool.views().map(({ name }) => name))
    for (const tunnel of meter.live())
      if (tunnel.dialled !== undefined && !declared.has(tunnel.dialled.egress)) tunnel.cut?.('egress-removed')
  }
  return {
    ...pool,
    async declare(declarations) {
      const before = pool.views()
      await pool.declare(declarations)
      const kept = new Set(declarations.map(({ name }) => name))
      if (before.some(({ name }) => !kept.has(name))) wheel.set(wheel.deadline(cutRemoved), deadlines().drain)
    },
  }
}
