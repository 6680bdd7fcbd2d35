/** What one caller can make this server spend: the loop is everybody's, so nothing that anyone may send holds it for long. */
import { equal, ok } from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { parseAddress } from '../../src/ip/address.ts'
import { compileRanges } from '../../src/ip/matcher.ts'
import { parseCidrs } from '../../src/ip/cidr.ts'
import { sourceAddress } from '../../src/ip/source-address.ts'
import { headerToken } from '../../src/org/endpoints/bearer.ts'
import { parseForm, parseMultipart } from '../../src/org/endpoints/form.ts'
import { readAuthorizeParameters } from '../../src/org/rules/authorize-parameters.ts'
import { chooseScopes } from '../../src/org/rules/scopes.ts'
import { parseSoql } from '../../src/org/rules/soql.ts'
import { readStartUrl } from '../../src/org/rules/start-url.ts'
import { parseYamlDocument } from '../../src/documents/yaml-document.ts'
import { cookieJar } from '../../src/org/browser/cookies.ts'
import { startOrg, type TestOrg } from '../../src/testing.ts'

const longestBody = 256 * 1024
const longestHeader = 16 * 1024
const fill = (piece: string, length = longestBody): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
const distinct = (end: string): string => {
  let text = ''
  for (let nth = 0; text.length < longestBody - 16; nth += 1) text += `k${nth.toString(36)}${end}`
  return text
}

/** Milliseconds of CPU time, which a busy machine does not stretch: far above what the honest work takes, far below what quadratic work takes. */
const bearable = 250
const cpuTime = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function spent(work: () => unknown): number {
  work() // compiled, as in a server that has run for a while
  const start = cpuTime()
  work()
  return cpuTime() - start
}

const proxies = parseCidrs(['10.0.0.0/8'])
const peer = parseAddress('10.0.0.1')
const walk = (header: { readonly xForwardedFor?: string; readonly forwarded?: string }): unknown => {
  if (!proxies.ok || !peer.ok) throw new Error('no addresses')
  return sourceAddress({ peer: peer.value, ...header }, compileRanges(proxies.value))
}
// a request has more to it; the header is all that is read
const bearer = (authorization: string): unknown => headerToken({ headers: { authorization } } as never)

describe('time that one text can cost', () => {
  const texts: Record<string, () => unknown> = {
    'a form of nothing but separators': () => parseForm(fill('&')),
    'a form of nothing but separators, beyond Latin-1': () => parseForm(`π${fill('&', longestBody - 2)}`),
    'a form of names without values': () => parseForm(distinct('&')),
    'a form of many parameters': () => parseForm(distinct('=&')),
    'a form of equals signs': () => parseForm(fill('=')),
    'a form of escapes': () => parseForm(`a=${fill('%20+')}`),
    'a SOQL query of quotes': () => parseSoql(fill("'a", 19_999)),
    'a SOQL query of escapes': () => parseSoql(`SELECT Id FROM User WHERE Id = '${fill('\\\\', 19_000)}`),
    'a SOQL query of blanks': () => parseSoql(`S${fill(' ', 19_000)}`),
    'a scope of many words': () => chooseScopes(fill('api web '), ['api', 'web']),
    'parameters of an authorization': () =>
      readAuthorizeParameters(new Map([['prompt', fill('login ', longestHeader)]])),
    'a start URL': () => readStartUrl(`/${fill('a', longestHeader)}\\`),
    'an Authorization header of blanks': () => bearer(`Bearer ${fill(' ', longestHeader)}\t`),
    'an Authorization header of letters': () => bearer(`Bearer ${fill('a', longestHeader)} ${fill(' ', 4000)}x`),
    'a cookie header': () => cookieJar(fill('a=%;', longestHeader), { secure: false }).read('sid'),
    'X-Forwarded-For of commas': () => walk({ xForwardedFor: fill(',', longestHeader) }),
    'X-Forwarded-For of proxies': () => walk({ xForwardedFor: fill('10.0.0.1,', longestHeader) }),
    'Forwarded of quotes': () => walk({ forwarded: fill('for="', longestHeader) }),
    'Forwarded of escapes': () => walk({ forwarded: `for="${fill('\\"', longestHeader)}` }),
    'an org file of aliases that multiply': () =>
      parseYamlDocument(
        [
          'a: &a [x, x, x, x, x, x, x, x, x]',
          ...'bcdefghij'.split('').map((name, i) => {
            const inner = 'abcdefghij'.charAt(i)
            return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${inner}`).join(', ')}]`
          }),
        ].join('\n'),
        'org.yaml',
      ),
  }
  for (const [sentence, work] of Object.entries(texts))
    test(`${sentence} costs little`, () => {
      const took = spent(work)
      ok(took < bearable, `${took.toFixed(0)} ms`)
    })

  test('a multipart body of many parts costs little', async () => {
    let parts = ''
    for (let nth = 0; parts.length < longestBody - 100; nth += 1)
      parts += `--x\r\ncontent-disposition: form-data; name="a${nth}"\r\n\r\n\r\n`
    const start = cpuTime()
    await parseMultipart(Buffer.from(`${parts}--x--\r\n`), 'multipart/form-data; boundary=x')
    ok(cpuTime() - start < 2 * bearable)
  })

  test('aliases that multiply are refused', () =>
    equal(parseYamlDocument(`a: &a [1]\nb: &b [*a, *a]\nc: [${'*b, '.repeat(500)}]`, 'x').ok, false))
})

describe('what a socket may send', () => {
  let org: TestOrg
  before(async () => (org = await startOrg()))
  after(() => org.close())

  /** Everything that came back until the server closed. */
  const say = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(org.url).port), '127.0.0.1', () => socket.write(text))
      let back = ''
      socket.setEncoding('utf8').on('data', (piece: string) => (back += piece))
      socket.on('error', () => resolve(back)).on('close', () => resolve(back))
    })
  const status = (reply: string): string => /^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1] ?? 'nothing'

  const paths = ['/services/oauth2/token', '/services/oauth2/revoke', '/services/oauth2/introspect']
  for (const path of paths)
    test(`${path} refuses a body of more than 256 KB before reading it`, async () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n`
      equal(status(await say(`${head}Content-Length: 1000000000\r\n\r\n`)), '400')
    })

  test('a body that grows beyond 256 KB in chunks is cut off', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x1_00_00)}\r\n`
    const head = 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
    equal(status(await say(`${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk.repeat(8)}`)), '413')
  })

  test('headers of more than 16 KB are refused', async () =>
    equal(status(await say(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${fill('a', 20_000)}\r\n\r\n`)), '431'))

  test('more headers than anyone sends do not pass either', async () =>
    equal(status(await say(`GET /healthz HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(4000)}\r\n`)), '431'))

  test('who sends headers drop by drop, or none, is told 408 and put out after 10 seconds', async () => {
    const start = performance.now()
    const [slow, silent] = await Promise.all([say('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '), say('')])
    equal(status(slow), '408')
    ok(silent === '' || status(silent) === '408')
    const took = performance.now() - start
    ok(took >= 9_000 && took < 20_000, `${took.toFixed(0)} ms`)
  })
})
