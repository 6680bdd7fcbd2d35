/** The Metadata API of the org: what jsforce sends to it is proven with the cutover's adapter (test/cutover/salesforce-list.test.ts); here is what others may send. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readZip, writeZip, type ZipFile } from '../../src/documents/zip.ts'
import type { TestOrg } from '../../src/testing.ts'
import { changeApp, openOrg, send, type Reply } from '../clients/wire.ts'

const type = 'ExtlClntAppOauthSecuritySettings'
const path = 'extlClntAppOauthSecuritySettings/Test_App_oauthSecurity.ecaOauthSecurity'
const row = (start: string, end = start): string =>
  `<tokenIpRanges><endIpAddress>${end}</endIpAddress><startIpAddress>${start}</startIpAddress></tokenIpRanges>`
const settings = (inside: string, app = 'Test_App'): string =>
  `<${type} xmlns="x"><externalClientApplication>${app}</externalClientApplication>${inside}</${type}>`
const manifest = (...members: readonly string[]): ZipFile =>
  fileOf(
    'package.xml',
    `<Package><types>${members.map((each) => `<members>${each}</members>`).join('')}<name>${type}</name></types></Package>`,
  )
const fileOf = (at: string, text: string): ZipFile => ({ path: at, content: Buffer.from(text) })
const envelope = (token: string, call: string): string =>
  `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>${token}</sessionId></SessionHeader></e:Header><e:Body>${call}</e:Body></e:Envelope>`
const elementIn = (text: string, name: string): string | undefined =>
  new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1]
const tokenOf = async (org: TestOrg, wish: { scope?: string; username?: string } = {}): Promise<string> =>
  (await org.grant(wish)).access_token

const post = (org: TestOrg, body: string | Uint8Array, headers = { 'content-type': 'text/xml' }): Promise<Reply> =>
  send(`${org.url}/services/Soap/m/62.0`, { body, headers })

/** Undefined where the deploy has succeeded. */
async function deploy(org: TestOrg, files: readonly ZipFile[] | Buffer, options = ''): Promise<string | undefined> {
  const token = await tokenOf(org)
  const zip = (Buffer.isBuffer(files) ? files : writeZip(files)).toString('base64')
  const call = `<deploy><ZipFile>${zip}</ZipFile><DeployOptions>${options}</DeployOptions></deploy>`
  const id = elementIn((await post(org, envelope(token, call))).text, 'id') ?? ''
  const status = `<checkDeployStatus><asyncProcessId>${id}</asyncProcessId><includeDetails>true</includeDetails></checkDeployStatus>`
  for (;;) {
    const { text } = await post(org, envelope(token, status))
    if (elementIn(text, 'done') === 'true')
      return elementIn(text, 'success') === 'true' && elementIn(text, 'status') === 'Succeeded'
        ? undefined
        : (elementIn(text, 'problem') ?? text)
  }
}

async function list(org: TestOrg): Promise<{ readonly enforce: boolean; readonly ranges: readonly object[] }> {
  return JSON.parse(await (await org.admin('/apps/Test_App/refresh-token-ip-allowlist')).text())
}

describe('the Metadata API answers', () => {
  let org: TestOrg
  before(async () => {
    org = await openOrg({
      users: [{ username: 'admin@test.example', profile: 'System Administrator' }, { username: 'user@test.example' }],
    })
  })
  after(() => org.close())

  const faults: Readonly<Record<string, readonly [(token: string) => string, RegExp]>> = {
    'a token that it does not know': [
      () => envelope('00D!x', '<retrieve/>'),
      /<faultcode>sf:INVALID_SESSION_ID<\/faultcode>/,
    ],
    'no token': [() => '<e:Envelope><e:Body><retrieve/></e:Body></e:Envelope>', /sf:INVALID_SESSION_ID/],
    'a call that it does not have': [(token) => envelope(token, '<renameMetadata/>'), /sf:INVALID_OPERATION/],
    'an id that nothing has': [
      (token) => envelope(token, '<checkDeployStatus><id>0Af000000000000AAA</id></checkDeployStatus>'),
      /sf:INVALID_CROSS_REFERENCE_KEY/,
    ],
    'what is no XML': [() => 'hello', /soapenv:Client.*no SOAP message/],
    'what has a DOCTYPE': [
      (token) => `<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>${envelope(token, '<retrieve>&x;</retrieve>')}`,
      /a DOCTYPE is not read/,
    ],
    'what is too large': [
      (token) => envelope(token, `<deploy><ZipFile>${'A'.repeat(300_000)}</ZipFile></deploy>`),
      /too large/,
    ],
  }
  for (const [what, [body, fault]] of Object.entries(faults))
    test(`${what} with a SOAP fault`, async () => {
      const answer = await post(org, body(await tokenOf(org)))
      deepEqual([answer.status, answer.type], [500, 'text/xml;charset=UTF-8'])
      match(answer.text, fault)
    })

  test('another type of body with a SOAP fault', async () => {
    match((await post(org, '{}', { 'content-type': 'application/json' })).text, /soapenv:Client/)
  })

  test('SF-321, SF-103: who may not use it, by permission or by scope', async () => {
    const plain = await post(org, envelope(await tokenOf(org, { username: 'user@test.example' }), '<retrieve/>'))
    match(plain.text, /<faultcode>sf:INSUFFICIENT_ACCESS<\/faultcode>/)
    const narrow = await post(org, envelope(await tokenOf(org, { scope: 'web' }), '<retrieve/>'))
    match(narrow.text, /sf:INVALID_SESSION_ID/)
  })

  test('members and types that are not there with a message each', async () => {
    const types = `<types><members>Nobody_oauthSecurity</members><members>Test_App_oauthSecurity</members><name>${type}</name></types><types><members>*</members><name>ApexClass</name></types>`
    const token = await tokenOf(org)
    const call = `<retrieve><request><apiVersion>62.0</apiVersion><unpackaged>${types}</unpackaged></request></retrieve>`
    const id = elementIn((await post(org, envelope(token, call))).text, 'id')
    const { text } = await post(org, envelope(token, `<checkRetrieveStatus><id>${id ?? ''}</id></checkRetrieveStatus>`))
    match(text, /Entity type: &apos;ApexClass&apos; is unknown/)
    match(text, /named &apos;Nobody_oauthSecurity&apos; cannot be found/)
    const zip = readZip(Buffer.from(elementIn(text, 'zipFile') ?? '', 'base64'), { bytes: 9999, files: 9 })
    deepEqual(zip.ok ? zip.value.map((each) => each.path) : zip.fault, [`unpackaged/${path}`, 'unpackaged/package.xml'])
  })

  test('a version of the API that is not there with nothing', async () => {
    equal(
      (await send(`${org.url}/services/Soap/m/9.0`, { body: '', headers: { 'content-type': 'text/xml' } })).status,
      404,
    )
  })
})

describe('a deploy', () => {
  const member = 'Test_App_oauthSecurity'
  const refusals: Readonly<Record<string, readonly [readonly ZipFile[] | Buffer, RegExp]>> = {
    'of no zip': [Buffer.from('hello'), /^The zip cannot be read: it is no zip file$/],
    'of a zip that leads out of itself': [writeZip([fileOf('../package.xml', '')]), /leads out of it/],
    'of a zip that holds too much': [
      writeZip([fileOf('a', ' '.repeat(2_000_000))]),
      /larger than may be when unpacked/,
    ],
    'without package.xml': [[fileOf(path, settings(''))], /^No package\.xml found$/],
    'with a package.xml that is none': [[fileOf('package.xml', '<a>')], /^Error parsing file: /],
    'of another type': [
      [fileOf('package.xml', '<Package><types><members>a</members><name>Profile</name></types></Package>')],
      /is unknown$/,
    ],
    'of what is not in the zip': [
      [manifest(member)],
      /was named in package\.xml, but was not found in zipped directory$/,
    ],
    'of what package.xml does not name': [[manifest(), fileOf(path, settings(''))], /^Not in package\.xml$/],
    'of a file in another folder': [
      [manifest(member), fileOf(`profiles/${member}.profile`, '<a/>')],
      /^The folder or the suffix is not of/,
    ],
    'of two files': [[manifest('*'), fileOf(path, settings('')), fileOf(`${path}x`, '')], /^This org takes one/],
    'of a file with a DOCTYPE': [
      [manifest('*'), fileOf(path, `<!DOCTYPE a [<!ENTITY b "c">]>${settings('&b;')}`)],
      /a DOCTYPE is not read/,
    ],
    'of an app that is not there': [
      [manifest('*'), fileOf(path.replace('Test_App', 'Nobody'), settings('', 'Nobody'))],
      /no ExternalClientApplication named Nobody found$/,
    ],
    'under another name': [
      [manifest('*'), fileOf(path.replace('Test_App', 'Other'), settings(''))],
      /is called Test_App_oauthSecurity$/,
    ],
    'of an element that the type does not have': [
      [manifest('*'), fileOf(path, settings('<shoe/>'))],
      /^Element \{.*\}shoe invalid at this location/,
    ],
    'of an element of a range that it does not have': [
      [manifest('*'), fileOf(path, settings('<tokenIpRanges><shoe/></tokenIpRanges>'))],
      /shoe invalid at this location in type tokenIpRanges$/,
    ],
    'of a label twice': [
      [manifest('*'), fileOf(path, settings('<label>a</label><label>b</label>'))],
      /^Element label is duplicated/,
    ],
    'of a parameter that there is not': [
      [manifest('*'), fileOf(path, settings('<tlsClientAuthCertParamType>x</tlsClientAuthCertParamType>'))],
      /^tlsClientAuthCertParamType: /,
    ],
    'SF-145: of a range that is none': [
      [manifest('*'), fileOf(path, settings(row('10.0.0.9', '10.0.0.1')))],
      /^tokenIpRanges\[0\]: /,
    ],
    'SF-134: of more addresses than a list may have': [
      [manifest('*'), fileOf(path, settings(row('10.0.0.0', '10.0.1.0')))],
      /256/,
    ],
    'SF-142: that empties a list which is enforced': [
      [manifest('*'), fileOf(path, settings(''))],
      /cannot be emptied by a deploy/,
    ],
  }
  let org: TestOrg
  const before127 = {
    enforceRefreshTokenIpAllowlist: true,
    tokenIpRanges: [{ startIpAddress: '127.0.0.1', endIpAddress: '127.0.0.1' }],
  }
  before(async () => {
    org = await openOrg()
    await changeApp(org, { oauthSecuritySettings: before127 })
  })
  after(() => org.close())

  for (const [what, [files, problem]] of Object.entries(refusals))
    test(`${what} is refused, and nothing is changed`, async () => {
      match((await deploy(org, files)) ?? 'it has succeeded', problem)
      deepEqual((await list(org)).ranges, before127.tokenIpRanges)
    })

  test('that only checks changes nothing', async () => {
    const files = [manifest('*'), fileOf(path, settings(row('127.0.0.2')))]
    equal(await deploy(org, files, '<checkOnly>true</checkOnly>'), undefined)
    deepEqual((await list(org)).ranges, before127.tokenIpRanges)
  })

  test('SF-255: keeps the switch as it is, and is in force with the answer', async () => {
    await using other = await openOrg()
    const files = [manifest('*'), fileOf(path, settings(`<label>Ours</label>${row('127.0.0.2')}`))]
    equal(await deploy(other, files), undefined)
    deepEqual(
      await list(other).then(({ enforce, ranges }) => [enforce, ranges.length]),
      [true, 1],
      'ranges of an app without a switch',
    )
    await changeApp(other, { oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: false } })
    equal(await deploy(other, [manifest('*'), fileOf(path, settings(row('127.0.0.3')))]), undefined)
    deepEqual(await list(other).then(({ enforce, ranges }) => [enforce, ranges.length]), [false, 1])
  })
})
