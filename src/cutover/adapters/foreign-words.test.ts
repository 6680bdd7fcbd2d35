import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { instant } from '../../values/time.ts'
import { plainWords, withoutSecrets } from './foreign-words.ts'
import { gatewayTraffic } from './gateway-traffic.ts'
import { refusalOf, type JsonApi } from './json-api.ts'
import { keeperCanary, verifyCanary } from './keeper-canary.ts'
import { orgHistory } from './org-history.ts'

const url = secret('http://user:p%40ss-word@proxy.example:9293')

test('what a program repeats of a proxy is left out, as URL, password or credentials', () => {
  const basic = Buffer.from('user:p@ss-word').toString('base64')
  const said = `${url.expose()} p%40ss-word p@ss-word Proxy-Authorization: Basic ${basic}`
  equal(withoutSecrets(said, [url]), '[secret] [secret] [secret] Proxy-Authorization: Basic [secret]')
})

test('it is left out before what is too long is cut, so that no half of it stays', () => {
  for (const behind of [486, 490, 495]) {
    const shown = withoutSecrets(`x ${url.expose()} ${'y'.repeat(behind)}`, [url])
    ok(!/word|proxy|example/.test(shown), shown.slice(0, 40))
  }
})

test('nothing of it is obeyed by a terminal, and it is one line', () => {
  equal(withoutSecrets('before\u001b[2J\r\nafter\u202e', []), 'before [2J after')
  equal(plainWords('a\u0007b\nc'), 'a b c')
  equal(plainWords('z'.repeat(90), 80), `${'z'.repeat(80)}…`)
})

test('nor is what org, gateway and keeper say of what is wrong, or of who redeems', async () => {
  const [nasty, plain] = ['up\u001b[2Jhere\r\nand\u202ethere', 'up [2Jhere and there']
  const said = (status: number, body: Readonly<Record<string, unknown>>): JsonApi => ({
    ask: () => Promise.resolve({ status, body, etag: '1' }),
  })
  const refused = { status: 500, body: { detail: nasty }, etag: undefined }
  equal(refusalOf(refused, 'The org').message, `The org answered 500: ${plain}`)

  const keeper = said(503, { code: 'IN_DOUBT', detail: nasty })
  const egressOf = (): Promise<string> => Promise.resolve(nasty)
  const { redeem } = keeperCanary({ api: keeper, connections: ['one'], egressOf })
  equal((await redeem('192.0.2.1')).evidence, `one by ${plain}: 503 IN_DOUBT ${plain}`)
  equal((await verifyCanary(keeper, 'one')).evidence, `one: 503 IN_DOUBT ${plain}`)
  const elsewhere = keeperCanary({ api: said(200, { egress: nasty }), connections: ['one'], egressOf })
  equal((await elsewhere.redeem('192.0.2.1')).evidence, `one redeemed from ${plain}, not from 192.0.2.1`)

  const egress = [{ name: 'a', kind: 'address', through: nasty, state: 'unusable', why: nasty }]
  const usage = [{ month: '2026-11', client: nasty }]
  const wait = (): Promise<void> => Promise.resolve()
  const gateway = gatewayTraffic({ api: said(200, { egress, usage }), clients: [], wait })
  const { members, strangers } = await gateway.read(instant('2026-11-19'))
  deepEqual([members.map(({ address }) => address), strangers], [[plain], [plain]])
  equal((await gateway.probe(plain)).evidence, `unusable: ${plain}`)

  const grant = { user: nasty, id: 'grant-0123', lastUsedAt: '2026-11-21T10:00:00Z', addresses: ['192.0.2.1'] }
  const redeemers = await orgHistory(said(200, { grants: [grant] }), 'A').redeemers(instant(0))
  deepEqual(
    redeemers.map(({ name }) => name),
    [`${plain} (grant grant-01)`],
  )
})
