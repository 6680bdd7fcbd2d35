import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Pool } from './egress/pool.ts'
import type { DeadlineWheel } from './relay/deadline-wheel.ts'
import { drainingRemoved } from './removed-egresses.ts'
import type { Deadlines } from './rules/deadlines.ts'
import type { EgressDeclaration } from './rules/egress/egress-set.ts'
import type { LiveTunnel } from './tunnel.ts'

/** A pool that knows names, a wheel that is turned by hand, and one live tunnel on each of `a` and `b`. */
function scene() {
  let names: readonly string[] = ['a', 'b']
  const due: (() => void)[] = []
  const cut: string[] = []
  const tunnel = (egress: string) =>
    ({ dialled: { egress }, cut: (why: string) => void cut.push(`${egress} ${why}`) }) as unknown as LiveTunnel
  const pool = drainingRemoved({
    pool: {
      views: () => names.map((name) => ({ name })),
      declare: (declarations: readonly EgressDeclaration[]) =>
        Promise.resolve(void (names = declarations.map(({ name }) => name))),
    } as unknown as Pool,
    meter: { live: () => [tunnel('a'), tunnel('b')] },
    wheel: {
      deadline: (passed: () => void) => passed,
      set: (passed: () => void) => void due.push(passed),
    } as unknown as DeadlineWheel,
    deadlines: () => ({ drain: 30_000 }) as Deadlines,
  })
  const declare = (...wanted: readonly string[]) => pool.declare(wanted.map((name) => ({ name })) as never)
  const pass = (): void => {
    for (const passed of due.splice(0)) passed()
  }
  return { declare, pass, cut }
}

describe('an egress that is no longer declared', () => {
  test('keeps its tunnels until the drain deadline, when they are cut and no others', async () => {
    const { declare, pass, cut } = scene()
    await declare('b')
    deepEqual(cut, [])
    pass()
    deepEqual(cut, ['a egress-removed'])
  })

  test('keeps them for good where it is declared again in time', async () => {
    const { declare, pass, cut } = scene()
    await declare('b')
    await declare('a', 'b')
    pass()
    deepEqual(cut, [])
  })
})
