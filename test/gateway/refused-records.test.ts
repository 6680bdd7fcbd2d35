/** What the log has of those who were turned away before there was anything to open: who, why, over what; never a secret, and no flood. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect, type OutgoingHttpHeaders } from 'node:http2'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { makeCertificate } from './certificate.ts'
import { basic, plainCredentials, startTestGateway, type TestGateway } from './kit.ts'
import { openRaw } from './raw-client.ts'

/** Of nobody's configuration; wherever a client may put one. */
const canary = 'c4nary-5ecret'
const wrong = basic({ username: 'somebody', password: canary })
const right = basic(plainCredentials)

const refusals = ({ logged }: TestGateway) =>
  logged.filter(({ event }) => event === 'refused').map((each) => each.fields)
const whys = (gateway: TestGateway): unknown[] =>
  refusals(gateway).map(({ from, over, code, status }) => [from, over, code, status])

async function say(gateway: TestGateway, bytes: string | Uint8Array): Promise<string> {
  const raw = await openRaw(gateway)
  raw.write(bytes)
  const text = (await raw.rest()).toString('latin1')
  raw.socket.destroy()
  return text
}

const connectWith = (proof: string, target = 'a.example:443'): string =>
  `CONNECT ${target} HTTP/1.1\r\nHost: a.example\r\nProxy-Authorization: ${proof}\r\n\r\n`

const counted = (text: string): Buffer => Buffer.concat([Uint8Array.of(Buffer.byteLength(text)), Buffer.from(text)])
const socks = (user: string, password: string, host?: string): Buffer =>
  Buffer.concat([
    Uint8Array.of(5, 1, 2, 1),
    ...[counted(user), counted(password)],
    ...(host === undefined ? [] : [Uint8Array.of(5, 1, 0, 3), counted(host), Uint8Array.of(1, 187)]),
  ])

/** CONNECT over HTTP/2; resolves with the status. */
async function askHttp2(port: number, ca: string, headers: OutgoingHttpHeaders): Promise<unknown> {
  const session = connect(`https://127.0.0.1:${port}`, { ca })
  try {
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'a.example:443', ...headers })
    stream.on('error', () => undefined)
    const [reply] = (await once(stream, 'response')) as [Readonly<Record<string, unknown>>]
    return reply[':status']
  } finally {
    session.destroy()
  }
}

describe('who is turned away', () => {
  test('is on record over HTTP/1.1 and SOCKS5: where from, why, and with what status', async (t) => {
    const gateway = await startTestGateway(t)
    match(await say(gateway, 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n'), /^HTTP\/1\.1 407 /)
    match(await say(gateway, connectWith(wrong)), /^HTTP\/1\.1 407 /)
    match(await say(gateway, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 400 /)
    equal(await say(gateway, socks('somebody', canary)), '\x05\x02\x01\x01')
    equal((await say(gateway, socks('app', plainCredentials.password, 'a..b'))).slice(0, 6), '\x05\x02\x01\x00\x05\x01')
    deepEqual(whys(gateway), [
      ['127.0.0.1', 'http/1.1', 'CREDENTIALS_MISSING', 407],
      ['127.0.0.1', 'http/1.1', 'CREDENTIALS_WRONG', 407],
      ['127.0.0.1', 'http/1.1', 'ORIGIN_FORM', 400],
      ['127.0.0.1', 'socks5', 'CREDENTIALS_WRONG', 407],
      ['127.0.0.1', 'socks5', 'REQUEST_MALFORMED', 400],
    ])
    ok(refusals(gateway).every(({ means, next }) => typeof means === 'string' && typeof next === 'string'))
  })

  test('is on record over HTTP/2', async (t) => {
    const certificate = makeCertificate()
    const gateway = await startTestGateway(t, { configuration: { tls: certificate.material } })
    equal(await askHttp2(gateway.port, certificate.pem, { 'proxy-authorization': wrong }), 407)
    equal(
      await askHttp2(gateway.port, certificate.pem, {
        'proxy-authorization': right,
        ':authority': `a.example:${canary}`, // Node's client takes no @ there
      }),
      400,
    )
    deepEqual(whys(gateway), [
      ['127.0.0.1', 'http/2', 'CREDENTIALS_WRONG', 407],
      ['127.0.0.1', 'http/2', 'REQUEST_MALFORMED', 400],
    ])
    equal(JSON.stringify(gateway.logged).includes(canary), false)
  })

  test('a tunnel that is refused once it is asked for is on record once', async (t) => {
    const gateway = await startTestGateway(t)
    match(await say(gateway, connectWith(right)), /^HTTP\/1\.1 403 /)
    deepEqual(
      refusals(gateway).map(({ code }) => code),
      ['DESTINATION_NOT_ALLOWED'],
    )
  })

  test('what a client says where it does not belong stays out of the log: passwords, tokens, cookies', async (t) => {
    const gateway = await startTestGateway(t)
    const heads = [
      connectWith(wrong),
      connectWith(`Bearer ${canary}`),
      connectWith(canary),
      ...[`user:${canary}@a.example:443`, `${canary}@a.example:443`, `a.example:${canary}@b:443`].map((target) =>
        connectWith(right, target),
      ),
      connectWith(right, `https://a.example/?token=${canary}`),
      connectWith(right, `/?token=${canary}`),
      connectWith(right, `a.example:443/${canary}`),
      `GET http://user:${canary}@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n`,
      `GET https://a.example/?token=${canary} HTTP/1.1\r\nHost: a.example\r\n\r\n`,
      `GET /?token=${canary} HTTP/1.1\r\nHost: a.example\r\n\r\n`,
      `GET http://a.example/ HTTP/1.1\r\nHost: user:${canary}@a.example\r\n\r\n`,
      `GET http://a.example/ ${canary}\r\nHost: a.example\r\n\r\n`,
      `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nCookie ${canary}\r\n\r\n`,
      `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${canary}\r\n\r\n`,
      `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: ${canary}\r\n\r\n`,
      `${canary}\r\n\r\n`,
    ]
    for (const head of heads) match(await say(gateway, head), /^HTTP\/1\.1 (?:4\d\d|501) /, head)
    for (const host of [
      `user:${canary}@a.example`,
      `${canary}@a.example`,
      `a.example/?token=${canary}`,
      `u:${canary}@b`,
    ])
      await say(gateway, socks('app', plainCredentials.password, host))
    await say(gateway, socks('app', canary, 'a.example'))
    ok(refusals(gateway).length > heads.length, 'all of them are on record')
    const said = JSON.stringify(gateway.logged)
    equal(said.includes(canary), false, said.slice(Math.max(0, said.indexOf(canary) - 200), said.indexOf(canary) + 50))
    equal(said.includes(plainCredentials.password), false)
  })

  test('a flood is counted whole and logged in part, and what was left out is told', async (t) => {
    const gateway = await startTestGateway(t)
    const flood = 300
    for (let n = 0; n < flood; n += 50)
      await Promise.all(Array.from({ length: 50 }, () => say(gateway, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')))
    const exposition = await (await gateway.admin('/../../metrics')).text()
    match(exposition, new RegExp(`refusals_total\\{code="ORIGIN_FORM"\\} ${flood}\n`))
    await gateway.close()
    const recorded = refusals(gateway)
    ok(recorded.length >= 60 && recorded.length < 80, `${recorded.length} records`)
    const leftOut = gateway.logged.map(({ fields }) => Number(fields['leftOut'] ?? 0)).reduce((sum, each) => sum + each)
    equal(recorded.length + leftOut, flood)
  })
})
