import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultLine } from '../documents/fault.ts'
import { fault, ok as fine } from '../values/result.ts'
import { readCutoverFile, type ReadPlan } from './configuration.ts'

const secrets: Readonly<Record<string, string>> = {
  OLD_URL: 'http://u:old-password@old.example:9293',
  NEW_URL: 'http://u:new-password@new.example:9293',
  SOCKS_URL: 'socks5://u:pw@new.example:1080',
  FTP_URL: 'ftp://u:pw@new.example:21',
  TOKEN: 'a-token',
}
const readers = { environment: (name: string) => secrets[name], file: () => fault('does not exist') }

const env = 'env: { file: .env, name: PROXY, from: { env: OLD_URL }, to: { env: NEW_URL }, echo: http://ip.example }'
const usual = {
  app: 'Nightly_Sync',
  allowlist: '{ org: http://127.0.0.1:8480 }',
  traffic: '{ gateway: http://127.0.0.1:9294 }',
  keeper: 'http://127.0.0.1:8481',
  connections: '[canary]',
  from: '[192.0.2.1, 192.0.2.2]',
  to: '[198.51.100.1, 198.51.100.2]',
}
const two = '{ from: http://127.0.0.1:8481, to: http://127.0.0.1:8482 }'
type Lines = Readonly<Record<string, string>>

const read = (lines: Lines, testing = false) =>
  readCutoverFile(
    Object.entries({ ...usual, ...lines })
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
    { name: 'c.yaml', readers, testing },
  )
function accepted(lines: Lines): ReadPlan {
  const result = read(lines)
  if (!result.ok) throw new Error(result.fault.map(faultLine).join('\n'))
  return result.value
}

describe('a cutover file is accepted', () => {
  const files: Readonly<Record<string, Lines>> = {
    'with org and gateway': {},
    'with an org of Salesforce': {
      allowlist: '{ salesforce: { instance: https://acme.my.salesforce.com, accessToken: { env: TOKEN } } }',
    },
    'with a list that a person types': {
      allowlist:
        '{ manual: { ranges: [192.0.2.0/29, 203.0.113.1-203.0.113.6, { start: 2001:db8::1 }], enforce: true } }',
    },
    'with an environment file, the two proxies and a keeper behind each': { traffic: `{ ${env} }`, keeper: two },
    'with a SOCKS5 proxy': { traffic: `{ ${env.replace('NEW_URL', 'SOCKS_URL')} }`, keeper: two },
    'with commands': {
      traffic:
        '{ command: { read: [./where], move: [./go, there], back: [./go, back], from: { env: OLD_URL }, to: { env: NEW_URL }, echo: http://ip.example } }',
      keeper: two,
    },
    'with a list that nobody reads, and a history that is read': {
      allowlist: '{ manual: { ranges: [192.0.2.1, 192.0.2.2], enforce: true } }',
      history: '{ salesforce: { instance: https://acme.my.salesforce.com, accessToken: { env: TOKEN } } }',
      ...{ traffic: `{ ${env} }`, keeper: two },
    },
    'with a second app by support case': {
      second:
        '{ app: Old_App, connections: [old], allowlist: { supportCase: { orgId: 00D000000000001, ranges: [192.0.2.1, 192.0.2.2], enforce: true } } }',
    },
  }
  for (const [sentence, lines] of Object.entries(files)) test(sentence, () => ok(accepted(lines)))

  test('with short waits, after each of which the world is looked at anew', () => {
    for (const propagationWait of ['200ms', '60s']) {
      const result = read({ propagationWait }, true)
      ok(result.ok)
      const { freshness, retry } = result.value.plan.terms
      ok(freshness <= retry, `${freshness} ms, ${retry} ms`)
    }
  })

  test('defaults are filled in', () => {
    const { file } = accepted({
      allowlist: '{ salesforce: { instance: https://acme.my.salesforce.com, accessToken: { env: TOKEN } } }',
    })
    ok('salesforce' in file.allowlist)
    equal(file.allowlist.salesforce.api, '62.0')
    equal(file.allowlist.salesforce.accessToken.expose(), 'a-token')
  })
})

describe('a cutover file is refused', () => {
  const lists = (range: string): Lines => ({ allowlist: `{ manual: { ranges: [${range}], enforce: true } }` })
  const refusals: Readonly<Record<string, readonly [Lines, RegExp, RegExp]>> = {
    'with two lists in one': [
      { allowlist: '{ org: http://127.0.0.1:8480, manual: { ranges: [], enforce: true } }' },
      /^c\.yaml:2:12: allowlist: has org and manual, which exclude each other$/,
      /^Leave one of org, manual out\.$/,
    ],
    'with no list': [
      { allowlist: '{}' },
      /^c\.yaml:2:12: allowlist: has none of org, salesforce, manual, supportCase$/,
      /one of/,
    ],
    'with a word that is nearly one': [
      { allowlist: '{ manul: { ranges: [], enforce: true } }' },
      /^c\.yaml:2:14: allowlist\.manul: the key "manul" is not known$/,
      /^Did you mean manual\?$/,
    ],
    'with a word inside a choice that is nearly one': [
      { allowlist: '{ manual: { rangs: [], enforce: true } }' },
      /^c\.yaml:2:24: allowlist\.manual\.rangs: the key "rangs" is not known$/,
      /^Did you mean ranges\?$/,
    ],
    'with a word that is near none': [
      { traffic: '{ haproxy: x }' },
      /^c\.yaml:3:10: traffic: has none of gateway, env, command$/,
      /^Give it one of gateway, env, command\.$/,
    ],
    'with a row that no list takes': [
      lists('192.0.2.1, 192.0.2.300'),
      /^c\.yaml:2:44: allowlist\.manual\.ranges\[1\]: cannot be in a list: .*192\.0\.2\.300/,
      /as Setup shows it/,
    ],
    'with rows that overlap': [
      lists('192.0.2.0/30, 192.0.2.1'),
      /^c\.yaml:2:47: allowlist\.manual\.ranges\[1\]: .*overlaps row 1/,
      /as Setup shows it/,
    ],
    'with half a pair': [{ to: '[198.51.100.1]' }, /^c\.yaml:7:5: to: names one address$/, /Name both/],
    'with one keeper for two proxies': [
      { traffic: `{ ${env} }` },
      /^c\.yaml:4:9: keeper: is one keeper, which leaves by one proxy alone$/,
      /two over one vault/,
    ],
    'with two keepers for a gateway': [{ keeper: two }, /^c\.yaml:4:9: keeper: names two keepers/, /pin each/],
    'with a proxy that pins nothing, and no history': [
      { ...lists('192.0.2.1, 192.0.2.2'), traffic: `{ ${env} }`, keeper: two },
      /history: is missing: nobody could tell from which address a redemption left \(SF-288\)$/,
      /history: \{ org/,
    ],
    'with one URL for both sides': [
      { traffic: `{ ${env.replace('NEW_URL', 'OLD_URL')} }`, keeper: two },
      /^c\.yaml:3:72: traffic\.env\.to: is the same URL as from$/,
      /other proxy/,
    ],
    'with a proxy of another protocol, whose URL is not shown': [
      { traffic: `{ ${env.replace('NEW_URL', 'FTP_URL')} }`, keeper: two },
      /^c\.yaml:3:72: traffic\.env\.to: the URL of the proxy does not begin with http:\/\/, https:\/\/, socks5:\/\/ or socks5h:\/\//,
      /percent-encoded/,
    ],
    'with a command that names no program': [
      { traffic: `{ ${env.replace(' }', ' }').replace(/ }$/, ', after: [] }')} }`, keeper: two },
      /traffic\.env\.after: names no program$/,
      /program first/,
    ],
    'with the first app again': [
      { second: '{ app: Nightly_Sync, connections: [old], allowlist: { org: http://127.0.0.1:8480 } }' },
      /^c\.yaml:8:16: second\.app: is the first app again$/,
      /Name the other app/,
    ],
    'with the slow list first': [
      {
        allowlist: '{ supportCase: { orgId: 00D000000000001, ranges: [192.0.2.1, 192.0.2.2], enforce: true } }',
        second: '{ app: New_App, connections: [new], allowlist: { org: http://127.0.0.1:8480 } }',
      },
      /^c\.yaml:2:12: allowlist: needs a support case, and the second app needs none \(SF-292\)$/,
      /under second/,
    ],
    'with no canary for the second app': [
      { second: '{ app: Old_App, connections: [], allowlist: { org: http://127.0.0.1:8480 } }' },
      /^c\.yaml:8:38: second\.connections: names no canary$/,
      /Name a connection/,
    ],
    'with a wait that is too short': [
      { propagationWait: '5s' },
      /^c\.yaml:8:18: propagationWait: is shorter/,
      /testing/,
    ],
  }
  for (const [sentence, [lines, message, next]] of Object.entries(refusals))
    test(sentence, () => {
      const result = read(lines)
      ok(!result.ok, 'it was accepted')
      const found = result.fault.find((each) => message.test(faultLine(each)))
      ok(found, result.fault.map(faultLine).join('\n'))
      match(found.next, next)
      ok(!JSON.stringify(result.fault).includes('password'), 'no secret is shown')
    })
})

describe('a cutover file is warned of', () => {
  const warnings = (lines: Lines): readonly string[] => accepted(lines).warnings.map(faultLine)

  test('a token that is written out', () =>
    deepEqual(warnings({ tokens: '{ org: plain-text }' }), [
      'c.yaml:8:16: tokens.org: a secret is written out in the document',
    ]))

  test('what nobody can see: open tunnels of a proxy of somebody else, and a list that cannot be read', () => {
    const seen = warnings({
      allowlist: '{ manual: { ranges: [192.0.2.1, 192.0.2.2], enforce: true } }',
      ...{ history: '{ org: http://127.0.0.1:8480 }', traffic: `{ ${env} }`, keeper: two },
    })
    equal(seen.length, 2)
    match(seen.join('\n'), /still open.*P-62[^]*cannot be read/)
  })

  test('P-63: a look-back in which not everybody may have redeemed', () => {
    deepEqual(warnings({ lookBack: '30d' }), [])
    const [short] = warnings({ lookBack: '29d' })
    match(short ?? '', /^c\.yaml:8:11: lookBack: is shorter than 30 days/)
  })

  test('nothing where all is seen', () => deepEqual(warnings({}), []))
})

test('secrets of a file come from where it says', () => {
  const from = readCutoverFile(
    `app: a\nallowlist: { org: http://127.0.0.1:1 }\ntraffic: { gateway: http://127.0.0.1:1 }\nkeeper: http://127.0.0.1:1\nconnections: [c]\nfrom: [192.0.2.1]\nto: [192.0.2.2, 192.0.2.3]\ntokens: { org: { file: token } }\n`,
    { name: 'c.yaml', readers: { ...readers, file: () => fine('of-a-file\n') }, testing: false },
  )
  ok(from.ok)
  equal(from.value.file.tokens.org?.expose(), 'of-a-file')
})

test('its secrets are read anew where that is asked, and those of a file that is gone stay what they were', () => {
  const token: { now: string | undefined } = { now: 'the first' }
  const result = readCutoverFile(
    Object.entries({
      ...usual,
      allowlist: '{ salesforce: { instance: https://acme.my.salesforce.com, accessToken: { file: token } } }',
    })
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
    {
      ...{ name: 'c.yaml', testing: false },
      readers: { ...readers, file: () => (token.now === undefined ? fault('does not exist') : fine(token.now)) },
    },
  )
  ok(result.ok)
  const { file, readAgain } = result.value
  const tokenIn = (of: typeof file | undefined) =>
    of !== undefined && 'salesforce' in of.allowlist ? of.allowlist.salesforce.accessToken.expose() : undefined
  token.now = 'the second'
  deepEqual([tokenIn(file), tokenIn(readAgain())], ['the first', 'the second'])
  token.now = undefined
  equal(readAgain(), undefined)
})
