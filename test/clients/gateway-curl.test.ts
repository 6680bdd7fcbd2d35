/** curl and wget through the gateway: an http proxy, an https proxy, SOCKS5 on the same port; and the echo that tells the address. */
import { equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { egressAddresses, plainCredentials, scopeOfSuite } from '../gateway/kit.ts'
import {
  caPath,
  findProgram,
  judgeClient,
  openScene,
  plainEnvironment,
  runProgram,
  schemes,
  type Errand,
  type Scene,
} from './through-gateway.ts'

const run = promisify(execFile)

const quiet = ['--silent', '--show-error', '--write-out', '\n%{http_code}']
const trust = ['--cacert', caPath, '--proxy-cacert', caPath]

/** By the variable alone: no option speaks of a proxy. */
const byVariable = (errand: Errand) =>
  runProgram({ program: 'curl', args: [...quiet, ...trust, '--data', errand.form, errand.tokenUrl] }, errand)

/** By `--proxy` alone. */
const byOption = (errand: Errand) =>
  runProgram(
    {
      program: 'curl',
      args: [
        ...[...quiet, ...trust, ...(errand.proxy === undefined ? [] : ['--proxy', errand.proxy])],
        ...['--data', errand.form, errand.tokenUrl],
      ],
    },
    { ...errand, proxy: undefined },
  )

const curl = await findProgram('curl', '--version')
if (curl === undefined)
  throw new Error(
    'This test needs curl, which also runs the commands of the README. Install it (apt-get install curl) and run the test again.',
  )

const kindOf = { http: ['forward'], https: ['connect'] } as const

describe(`${curl} redeems a refresh token through the gateway, and is refused without it`, () => {
  let plain: Scene
  let tls: Scene
  const scope = scopeOfSuite()
  before(async () => {
    plain = await openScene(scope)
    tls = await openScene(scope, { tls: true })
  })

  for (const scheme of schemes) {
    test(`SF-267: http proxy by the variable, ${scheme}`, (t) =>
      judgeClient(t, plain, { scheme, kinds: kindOf[scheme], run: byVariable }))
    test(`SF-267: http proxy by --proxy, ${scheme}`, (t) =>
      judgeClient(t, plain, { scheme, kinds: kindOf[scheme], run: byOption }))
    test(`https proxy by the variable, ${scheme}`, (t) =>
      judgeClient(t, tls, { scheme, kinds: kindOf[scheme], run: byVariable }))
    for (const proxyScheme of ['socks5h', 'socks5'])
      test(`SF-268: ${proxyScheme} on the same port, ${scheme}`, (t) =>
        judgeClient(t, plain, { scheme, proxyScheme, kinds: ['socks5'], run: byOption }))
  }

  test('SF-273: http://ip.sallyport/ answers with the address that the tunnel leaves from, by every kind of proxy', async () => {
    for (const scheme of ['http', 'socks5h']) {
      const proxy = plain.proxy(plainCredentials, scheme)
      const { stdout } = await run('curl', ['-sSL', '--proxy', proxy, 'http://ip.sallyport/'], {
        env: plainEnvironment(),
      })
      ok(
        egressAddresses.some((address) => `${address}\n` === stdout),
        `${scheme}: ${stdout}`,
      )
      const asked = ['-sSL', '--proxy', proxy, '-H', 'Accept: application/json', 'http://ip.sallyport/']
      match((await run('curl', asked, { env: plainEnvironment() })).stdout, /^\{"ip":"127\.0\.0\.1[12]"\}$/)
    }
  })

  test('G-16: with a wrong password it is told 407 and asked again, and the org hears nothing', async () => {
    const heard = plain.gateway.tunnels().length
    const proxy = plain.proxy({ ...plainCredentials, password: 'wrong' })
    const { stdout } = await run(
      'curl',
      ['-sS', '-o', '/dev/null', '-D', '-', '--proxy', proxy, plain.tokenUrl('http')],
      { env: plainEnvironment() },
    )
    match(stdout, /^HTTP\/1\.1 407 .*^Proxy-Authenticate: Basic realm="sallyport", charset="UTF-8"\r$/ms)
    equal(plain.gateway.tunnels().length, heard)
  })
})

const wget = await findProgram('wget', '--version')

if (wget === undefined)
  test('wget is not on this machine: its rows have not run', () =>
    console.log('wget is not on this machine: its rows have not run.'))
else
  describe(`${wget} redeems a refresh token through the gateway, and is refused without it`, () => {
    let scene: Scene
    const scope = scopeOfSuite()
    before(async () => void (scene = await openScene(scope)))
    for (const scheme of schemes)
      test(`by the variable, ${scheme}`, (t) =>
        judgeClient(t, scene, {
          ...{ scheme, kinds: kindOf[scheme] },
          run: (errand) =>
            runProgram(
              {
                program: 'sh',
                // wget exits 8 where the reply is a refusal, and tells the status among its own words
                args: ['-c', wgetScript],
              },
              errand,
            ),
        }))
  })

const wgetScript = `
log=$(mktemp)
wget --server-response --content-on-error --tries=1 --ca-certificate="$SSL_CERT_FILE" --output-document=- --post-data="$FORM" "$TOKEN_URL" 2>"$log"
echo
sed -n 's|^ *HTTP/1.1 \\([0-9]*\\) .*|\\1|p' "$log" | tail -n 1
rm "$log"
`
