/** Device activation over HTTP: when it is asked for, and what passes it. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { days, minutes } from '../../src/values/time.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import { openFlowOrg, user, type FlowOrg } from './flow-org.ts'
import { openVisitor, type Page, type Visitor } from './visitor.ts'
import { allow, answered, authorizePath, logIn } from './walk.ts'

const untrusted = '127.0.0.9'
const verificationUrl = '/_ui/identity/verification/method/EmailVerificationFinishUi/e?source='

let org: FlowOrg
const stranger = (): Visitor => openVisitor(org.origin, { from: untrusted })

async function toVerification(visitor: Visitor, path = '/login'): Promise<Page> {
  const first = await visitor.get(path)
  const page = await logIn(visitor, first.status === 200 ? first : await visitor.follow(first))
  ok(page.location.startsWith(verificationUrl), page.location)
  return await visitor.follow(page)
}

const enter = async (visitor: Visitor, page: Page, emc: string): Promise<Page> =>
  await visitor.submit(page, { emc, save: 'Verify' })
const codeNow = async (): Promise<string> => (await org.verificationCode()) ?? 'none'
/** A code of the right form that is not the right one. */
const wrongCode = async (): Promise<string> => String((Number(await codeNow()) + 1) % 1_000_000).padStart(6, '0')

describe('device activation', () => {
  before(async () => void (org = await openFlowOrg({ limits: { loginFailures: 1000, clientFailures: 1000 } })))
  after(() => org.close())

  test('SF-315: outside the trusted ranges an unknown browser is asked for a code, and is not logged in before', async () => {
    const ana = stranger()
    const page = await toVerification(ana)
    equal(ana.cookies.has('sid'), false)
    for (const piece of ['id="emc"', 'id="save"', 'a•••@acme.example']) ok(page.body.includes(piece), piece)
    const [row] = await org.history()
    deepEqual([row?.status, row?.sourceIp], ['Failed: Computer activation required', untrusted])
    equal((await ana.get('/')).body.includes('id="password"'), true)
  })

  test('the right code logs in, makes the browser known, and is used up', async () => {
    const ana = stranger()
    const page = await toVerification(ana)
    const code = await codeNow()
    match(code, /^[0-9]{6}$/)
    const done = await enter(ana, page, ` ${code} `)
    deepEqual([done.status, done.location], [303, '/'])
    match((await ana.follow(done)).body, /You’re logged in/)
    equal(await org.verificationCode(), undefined)
    const device = (done.headers['set-cookie'] ?? []).find((line) => line.startsWith('device_')) ?? ''
    match(device, /^device_[0-9a-f]{12}=[A-Za-z0-9_-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/)
    const rows = await org.rows<{ hash: string }>('SELECT hash FROM devices')
    ok(rows.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)))
    ana.cookies.delete('sid')
    equal((await logIn(ana, await ana.get('/login'))).location, '/') // known from now on
  })

  test('a browser that was not used for a year has to prove itself again', async () => {
    const ana = stranger()
    await enter(ana, await toVerification(ana), await codeNow())
    org.advance(days(366))
    ana.cookies.delete('sid')
    await toVerification(ana)
  })

  test('a device cookie that someone made up is none', async () => {
    const ana = stranger()
    await enter(ana, await toVerification(ana), await codeNow())
    const mallory = stranger()
    for (const name of ana.cookies.keys()) if (name.startsWith('device_')) mallory.cookies.set(name, 'A'.repeat(43))
    await toVerification(mallory)
  })

  test('a wrong code is refused and recorded', async () => {
    const ana = stranger()
    const page = await enter(ana, await toVerification(ana), await wrongCode())
    match(page.body, /That code is wrong or has expired/)
    equal(ana.cookies.has('sid'), false)
    equal((await org.history())[0]?.decision, 'verification_code')
  })

  test('after five wrong tries the right code is none any more, and a new login makes another', async () => {
    const ana = stranger()
    org.advance(minutes(11))
    let page = await toVerification(ana)
    const code = await codeNow()
    const wrong = await wrongCode()
    for (let i = 0; i < 5; i += 1) page = await enter(ana, page, wrong)
    match((await enter(ana, page, code)).body, /That code is wrong or has expired/)
    const again = await toVerification(ana)
    equal((await enter(ana, again, await codeNow())).status, 303)
  })

  test('twenty wrong codes at once use up the five tries and no more are looked at', async () => {
    const ana = stranger()
    org.advance(minutes(11))
    const page = await toVerification(ana)
    const code = await codeNow()
    const wrong = await wrongCode()
    await Promise.all(Array.from({ length: 20 }, () => enter(ana, page, wrong)))
    equal((await enter(ana, page, code)).status, 200)
    equal(ana.cookies.has('sid'), false)
  })

  test('the code is good for ten minutes', async () => {
    const ana = stranger()
    org.advance(minutes(11))
    const page = await toVerification(ana)
    const code = await codeNow()
    org.advance(minutes(11))
    equal((await enter(ana, page, code)).location, '/login') // so is the pending login
    const fresh = await toVerification(ana)
    notEqual((await enter(ana, fresh, code)).status, 303)
  })

  test('another login does not replace a code that is still good, "Resend" does', async () => {
    const ana = stranger()
    org.advance(minutes(11))
    const page = await toVerification(ana)
    const code = await codeNow()
    await toVerification(stranger())
    equal(await codeNow(), code)
    const replaced = await org.rows<{ hash: string }>('SELECT hash FROM verification_codes')
    equal((await ana.submit(page, { resend: 'Resend Code' })).status, 200)
    notEqual((await org.rows<{ hash: string }>('SELECT hash FROM verification_codes'))[0]?.hash, replaced[0]?.hash)
  })

  test('the store holds neither the code nor a hash that can be tried out', async () => {
    await toVerification(stranger())
    const code = await codeNow()
    const [row] = await org.rows<{ hash: string; sealed_code: Uint8Array }>('SELECT * FROM verification_codes')
    match(row?.hash ?? '', /^[0-9a-f]{64}$/)
    equal(Buffer.from(row?.sealed_code ?? []).includes(code), false)
  })

  test('the address of the page is of no use in another browser', async () => {
    const ana = stranger()
    const page = await logIn(ana, await ana.get('/login'))
    const thief = stranger()
    await thief.get('/login')
    equal((await thief.get(page.location)).location, '/login')
    equal((await stranger().get(page.location)).location, '/login')
  })

  test('a form that is not its own is refused, and costs no try', async () => {
    const ana = stranger()
    const page = await toVerification(ana)
    for (let i = 0; i < 6; i += 1) equal((await ana.submit(page, { emc: '000000', csrf: 'x' })).status, 403)
    equal((await enter(ana, page, await codeNow())).status, 303)
  })

  test('the authorization that asked for the login goes on behind it', async () => {
    const ana = stranger()
    const page = await toVerification(ana, authorizePath({ state: 'kept', display: 'popup' }))
    match(page.body, /sp-display_popup/)
    match(String(page.headers['content-security-policy']), /https:\/\/client\.example$/)
    const consent = await ana.follow(await enter(ana, page, await codeNow()))
    equal(answered(await ana.submit(consent, allow))['state'], 'kept')
  })

  test('a user who is deactivated meanwhile does not get in', async () => {
    await using own = await openFlowOrg()
    const ana = openVisitor(own.origin, { from: untrusted })
    const page = await ana.follow(await logIn(ana, await ana.get('/login')))
    const code = (await own.verificationCode()) ?? ''
    await own.storage.write('deactivate', user.id)
    equal((await enter(ana, page, code)).location, '/login')
    equal(ana.cookies.has('sid'), false)
  })
})

describe('when device activation is asked for', () => {
  const locationFrom = async (at: FlowOrg, from: string): Promise<string> => {
    const ana = openVisitor(at.origin, { from })
    return (await logIn(ana, await ana.get('/login'))).location
  }

  test('SF-150: not from inside a trusted range', async () => {
    await using own = await openFlowOrg()
    equal(await locationFrom(own, '127.0.0.1'), '/')
  })

  test('SF-137: an address in the app’s refresh token IP allowlist is asked all the same', async () => {
    await using own = await openFlowOrg()
    const list = parseAllowlist([{ start: untrusted, end: untrusted }])
    ok(list.ok)
    own.app(
      {},
      { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: [{ startIpAddress: untrusted, endIpAddress: untrusted }] },
    )
    const ana = openVisitor(own.origin, { from: untrusted })
    const page = await logIn(ana, await ana.follow(await ana.get(authorizePath())))
    ok(page.location.startsWith(verificationUrl), page.location)
  })

  test('SF-151: from a trusted range too where the installation says so', async () => {
    await using own = await openFlowOrg({ trustedRanges: { skipActivation: false } })
    ok((await locationFrom(own, '127.0.0.1')).startsWith(verificationUrl))
  })

  test('SF-315: never where it is off', async () => {
    await using own = await openFlowOrg({ deviceActivation: 'off' })
    equal(await locationFrom(own, untrusted), '/')
  })

  test('a claimed address decides nothing (SF-10)', async () => {
    await using own = await openFlowOrg()
    const ana = openVisitor(own.origin, { from: untrusted, forwardedFor: '127.0.0.1' })
    const page = await logIn(ana, await ana.get('/login'))
    ok(page.location.startsWith(verificationUrl))
    equal((await own.history())[0]?.forwardedFor, '127.0.0.1')
  })

  test('SF-231: wrong codes count as failed logins', async () => {
    await using own = await openFlowOrg({ limits: { loginFailures: 2 } })
    const ana = openVisitor(own.origin, { from: untrusted })
    let page = await ana.follow(await logIn(ana, await ana.get('/login')))
    page = await enter(ana, page, 'x')
    page = await enter(ana, page, 'x')
    equal((await enter(ana, page, 'x')).status, 429)
  })
})
