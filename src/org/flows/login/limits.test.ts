import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callerFrom } from '../../../../test/org-parts/parts.ts'
import { instant } from '../../../values/time.ts'
import { defaultOrgConfiguration } from '../../configuration.ts'
import { openLoginLimits } from './limits.ts'

const now = instant('2026-01-01')
const { limits } = defaultOrgConfiguration({ limits: { clientFailures: 3 } })

describe('the limit on failed logins from one address', () => {
  test('addresses of one IPv6 /64 share it: whoever has one of them has them all', () => {
    const login = openLoginLimits(limits)
    for (let n = 1; n <= 3; n += 1) login.failed(`user${n}`, callerFrom(`2001:db8:0:1::${n}`), now)
    equal(login.exceeded('ada', callerFrom('2001:db8:0:1:ffff::9'), now), true)
    equal(login.exceeded('ada', callerFrom('2001:db8:0:2::1'), now), false, 'the neighbouring /64')
  })

  test('neighbouring IPv4 addresses do not', () => {
    const login = openLoginLimits(limits)
    for (let n = 1; n <= 3; n += 1) login.failed(`user${n}`, callerFrom(`192.0.2.${n}`), now)
    equal(login.exceeded('ada', callerFrom('192.0.2.1'), now), false)
  })

  test('a failure that is taken back is taken from the /64', () => {
    const login = openLoginLimits(limits)
    for (let n = 1; n <= 3; n += 1) login.failed(`user${n}`, callerFrom(`2001:db8::${n}`), now)
    login.takeBack('user1', callerFrom('2001:db8::ffff'))
    equal(login.exceeded('ada', callerFrom('2001:db8::1'), now), false)
  })
})
