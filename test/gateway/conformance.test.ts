/** The rows G-nn over raw sockets. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { egressAddresses, plainCredentials, scopeOfSuite, startTestGateway } from './kit.ts'
import * as probe from './probe/rows.ts'

describe('conformance of the gateway', () => {
  const scope = scopeOfSuite()
  let subject: probe.Subject
  let minimal: probe.Subject
  before(async () => {
    const start = async (allow: readonly string[]): Promise<probe.Subject> => {
      const { host, port } = await startTestGateway(scope, {
        allow,
        configuration: { deadlines: { header: '1s', dial: '1s' } },
      })
      return { host, port, credentials: { user: plainCredentials.username, password: plainCredentials.password } }
    }
    subject = await start(['127.0.0.1:1-65535', 'no-such-name.invalid:443'])
    minimal = await start(['*.salesforce.com:443'])
  })

  const proxyStatus = ({ reply }: probe.Seen): string =>
    /error=([a-z_]+)/.exec(reply.field('proxy-status') ?? '')?.[1] ?? ''

  test('G-01: CONNECT to a closed port is 502, connection_refused', async () => {
    const seen = await probe.g01(subject)
    deepEqual([seen.reply.status, proxyStatus(seen), seen.ending], [502, 'connection_refused', 'end'])
    match(seen.reply.rest, /refused the connection/)
  })

  test('G-02: CONNECT to a name that does not resolve is 502, dns_error', async () => {
    const seen = await probe.g02(subject)
    deepEqual([seen.reply.status, proxyStatus(seen), seen.ending], [502, 'dns_error', 'end'])
  })

  test('G-03: CONNECT without a port is 400', async () => {
    const seen = await probe.g03(subject)
    deepEqual([seen.reply.status, seen.ending], [400, 'end'])
    match(seen.reply.rest, /no port/)
  })

  test('G-04: bytes behind a rejected CONNECT are not served, and the connection is closed, 407 included', async () => {
    const { cases, served } = await probe.g04(subject)
    deepEqual(
      cases.map(({ reply, ending }) => [reply.status, ending]),
      [
        [502, 'end'],
        [407, 'end'],
      ],
    )
    for (const { text } of cases) equal(text.split('HTTP/1.1 ').length, 2, 'one reply')
    equal(served, 0)
  })

  test('G-05: the reply after the client has ended its half arrives whole', async () => {
    const seen = await probe.g05(subject)
    deepEqual([seen.reply.status, seen.delivered, seen.ending], [200, seen.of, 'end'])
  })

  test('G-06: a field named in Connection stays here, and so does what is between neighbours', async () => {
    const { atOrigin } = await probe.g06to11(subject)
    for (const name of ['x-only-for-the-proxy', 'connection', 'keep-alive', 'te'])
      equal(atOrigin.field(name), undefined, name)
    equal(atOrigin.field('x-end-to-end'), '1')
  })

  test('G-07: Proxy-Connection stays here', async () => {
    equal((await probe.g06to11(subject)).atOrigin.field('proxy-connection'), undefined)
  })

  test('G-08: Proxy-Authorization stays here', async () => {
    equal((await probe.g06to11(subject)).atOrigin.field('proxy-authorization'), undefined)
  })

  test('G-09: Via is added, a pseudonym and no host name', async () => {
    const { atOrigin, reply } = await probe.g06to11(subject)
    match(atOrigin.field('via') ?? '', /^1\.1 sallyport-[0-9a-f]+$/)
    match(reply.field('via') ?? '', /^1\.1 sallyport-[0-9a-f]+$/)
  })

  test('G-10: nothing tells the origin where the client is', async () => {
    const { atOrigin } = await probe.g06to11(subject)
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto'])
      equal(atOrigin.field(name), undefined, name)
  })

  test('G-11: a false Host is replaced by that of the target, and the target is in origin form', async () => {
    const { atOrigin } = await probe.g06to11(subject)
    match(atOrigin.field('host') ?? '', /^127\.0\.0\.1:\d+$/)
    equal(atOrigin.names.filter((name) => name === 'host').length, 1)
    match(atOrigin.head, /^GET \/path\?q=1 HTTP\/1\.1\r\n/)
  })

  test('G-12: Content-Length with Transfer-Encoding is 400 and closed', async () => {
    const seen = await probe.g12(subject)
    deepEqual([seen.reply.status, seen.ending, seen.served], [400, 'end', 0])
  })

  test('G-13: a header of 100 KB is 431 and closed', async () => {
    const seen = await probe.g13(subject)
    deepEqual([seen.reply.status, seen.ending], [431, 'end'])
  })

  test('G-14: a request in origin form is 400, and the body names the right form', async () => {
    const seen = await probe.g14(subject)
    deepEqual([seen.reply.status, seen.ending], [400, 'end'])
    match(seen.reply.rest, /GET http:\/\/HOST\/PATH HTTP\/1\.1/)
  })

  test('G-15: a loopback destination is 403, destination_ip_prohibited, and nothing is dialled', async () => {
    const seen = await probe.g15(minimal)
    deepEqual(
      [seen.reply.status, proxyStatus(seen), seen.ending, seen.served],
      [403, 'destination_ip_prohibited', 'end', 0],
    )
  })

  test('G-16: missing, wrong and non-Basic credentials are 407 with a challenge', async () => {
    for (const [which, seen] of Object.entries(await probe.g16(subject))) {
      deepEqual([seen.reply.status, seen.ending], [407, 'end'], which)
      equal(seen.reply.field('proxy-authenticate'), 'Basic realm="sallyport", charset="UTF-8"', which)
    }
  })

  test('G-17: a 2xx to CONNECT has no length and no coding, and names the egress address', async () => {
    const { reply, text } = await probe.g17(subject)
    equal(reply.status, 200)
    deepEqual(
      reply.names.filter((name) => /^(content-length|transfer-encoding)$/.test(name)),
      [],
    )
    const [, address = ''] = /^[ab]; address=([\d.]+)$/.exec(reply.field('sallyport-egress') ?? '') ?? []
    ok(
      egressAddresses.some((each) => each === address),
      `${address} is one of the pair`,
    )
    match(reply.field('proxy-status') ?? '', /^sallyport; next-hop="127\.0\.0\.1"$/)
    equal(text.endsWith('\r\n\r\n'), true)
  })

  test('G-18: a destination that drops SYN is 504, connection_timeout, at the connect deadline', async () => {
    const seen = await probe.g18(subject)
    deepEqual([seen.reply.status, proxyStatus(seen)], [504, 'connection_timeout'])
    ok(seen.ms >= 1000 && seen.ms < 2500, `${seen.ms} ms`)
  })

  test('G-19: a header that drips is 408 at its deadline', async () => {
    const seen = await probe.g19(subject, 50)
    deepEqual([seen.reply.status, seen.ending], [408, 'end'])
    ok(seen.ms >= 1000 && seen.ms < 2500, `${seen.ms} ms`)
  })

  test('G-20: a socket that carried a tunnel is never parsed again', async () => {
    deepEqual(await probe.g20(subject), { inside: 'verbatim', after: '', served: 0 })
  })

  for (const [sentence, response] of Object.entries(probe.malformedResponses)) {
    test(`G-22: a response with ${sentence} is 502, http_protocol_error`, async () => {
      const seen = await probe.g22(subject, response)
      deepEqual([seen.reply.status, proxyStatus(seen), seen.ending], [502, 'http_protocol_error', 'end'])
    })
  }
})
