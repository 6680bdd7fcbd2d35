import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { steadyClock, systemEnvironment } from '../../src/system.ts'

const none = (): void => undefined

test('no wait of a cutover is shorter or longer because somebody puts the clock of its machine', (t) => {
  const { clock } = systemEnvironment({ info: none, warn: none, error: none })
  const [wall, steady] = [clock(), steadyClock()]
  ok(Math.abs(wall - steady) < 1000, 'it tells the time')
  for (const put of [3_600_000, -3_600_000]) {
    t.mock.method(Date, 'now', () => wall + put)
    equal(clock(), wall + put)
    ok(Math.abs(steadyClock() - steady) < 1000)
    t.mock.restoreAll()
  }
})
