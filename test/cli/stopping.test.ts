import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { listenForStop } from '../../src/cli/stop-signals.ts'
import { emptyFolder, shell } from './command.ts'
import { startUp } from './demonstration.ts'

describe('being asked to stop', () => {
  test('a redemption that was accepted is finished first, and nothing is lost', async (t) => {
    const cwd = await emptyFolder(t)
    const { up, accepted } = await startUp(t, { cwd })
    const [, token = ''] = /Admin token +(\S+)/.exec(up.stdout()) ?? []
    const order = { kind: 'delay', for: 'PT1S', when: 'after-commit', times: 1 }
    const faults = await fetch(`${up.url}/testing/v1/faults`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(order),
    })
    equal(faults.ok, true, await faults.text())
    const redemption = shell(accepted, { cwd })
    await untilFaultIsTaken(up.url, token)
    const { code, stderr } = await up.stop()
    equal(code, 0)
    match(stderr, /^Stopping: /m)
    const { code: redeemed, stdout } = await redemption
    equal(redeemed, 0, stdout)
  })

  test('one Ctrl-C that comes twice, as npm passes it on, is one request; a later one ends at once', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const before = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') }
    const exitNow = mock.fn()
    listenForStop(exitNow)
    t.after(() => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        for (const each of process.listeners(signal)) if (!before[signal].includes(each)) process.off(signal, each)
    })
    process.emit('SIGINT')
    process.emit('SIGINT')
    equal(exitNow.mock.callCount(), 0)
    t.mock.timers.tick(500)
    process.emit('SIGTERM')
    equal(exitNow.mock.callCount(), 1)
  })
})

/** The order is gone from the list as soon as it strikes, which is once the request was accepted. */
async function untilFaultIsTaken(url: string, token: string): Promise<void> {
  for (;;) {
    const reply = await fetch(`${url}/testing/v1/faults`, { headers: { authorization: `Bearer ${token}` } })
    const { faults } = (await reply.json()) as { faults: unknown[] }
    if (faults.length === 0) return
    deepEqual(reply.status, 200)
  }
}
