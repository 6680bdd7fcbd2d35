/** Limits on logins over HTTP. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minutes } from '../../src/values/time.ts'
import { openFlowOrg, user, type FlowOrg } from './flow-org.ts'
import { openVisitor } from './visitor.ts'
import { logIn } from './walk.ts'

describe('limits on logins', () => {
  const guess = async (org: FlowOrg, username: string, from?: string): Promise<number> => {
    const someone = openVisitor(org.origin, from === undefined ? {} : { from })
    return (await logIn(someone, await someone.get('/login'), { username, password: 'wrong' })).status
  }

  test('SF-231: after too many failures even the right password is answered 429, until the window is over', async () => {
    await using org = await openFlowOrg({ limits: { loginFailures: 3, failureWindowSeconds: 60 } })
    for (let i = 0; i < 3; i += 1) equal(await guess(org, user.username), 200)
    const ana = openVisitor(org.origin)
    const page = await logIn(ana, await ana.get('/login'))
    equal(page.status, 429)
    equal(page.headers['retry-after'], '60')
    match(page.body, /Too many tries/)
    equal(ana.cookies.has('sid'), false)
    const [row] = await org.history()
    deepEqual([row?.status, row?.username], ['Password Lockout', user.username])
    org.advance(minutes(2))
    equal((await logIn(ana, await ana.get('/login'))).status, 303)
  })

  test('a name that nobody has is locked out in the same way', async () => {
    await using org = await openFlowOrg({ limits: { loginFailures: 3 } })
    const statuses: number[] = []
    for (let i = 0; i < 5; i += 1) statuses.push(await guess(org, 'nobody@acme.example'))
    deepEqual(statuses, [200, 200, 200, 429, 429])
  })

  test('of twenty guesses checked at the same time no more than the limit are answered', async () => {
    await using org = await openFlowOrg({ limits: { loginFailures: 3 } })
    const { verify } = org.parts.passwords
    const all = Promise.withResolvers<void>()
    let arrived = 0
    Object.assign(org.parts.passwords, {
      async verify(username: string, password: string) {
        arrived += 1
        if (arrived === 20) all.resolve()
        await all.promise // so that all were let in before the first has failed
        return await verify(username, password)
      },
    })
    const statuses = await Promise.all(Array.from({ length: 20 }, () => guess(org, user.username)))
    deepEqual(
      [statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 429).length],
      [3, 17],
    )
  })

  test('an address that guesses at many names is locked out, another address is not', async () => {
    await using org = await openFlowOrg({ limits: { clientFailures: 3 } })
    for (let i = 0; i < 3; i += 1) equal(await guess(org, `user${i}@acme.example`, '127.0.0.5'), 200)
    equal(await guess(org, 'user9@acme.example', '127.0.0.5'), 429)
    equal(await guess(org, 'user9@acme.example', '127.0.0.6'), 200)
  })

  test('P-11: a flood of locked-out attempts is counted, not written singly', async () => {
    await using org = await openFlowOrg({ limits: { loginFailures: 1 } })
    for (let i = 0; i < 8; i += 1) await guess(org, user.username)
    const rows = await org.history()
    equal(rows.filter(({ status }) => status === 'Password Lockout').length, 1)
  })

  test('SF-69: more logins within an hour than allowed are refused, right as they are', async () => {
    await using org = await openFlowOrg({ limits: { loginsPerUserHour: 2 } })
    const statuses: number[] = []
    for (let i = 0; i < 3; i += 1) {
      const ana = openVisitor(org.origin)
      statuses.push((await logIn(ana, await ana.get('/login'))).status)
    }
    deepEqual(statuses, [303, 303, 429])
  })
})
