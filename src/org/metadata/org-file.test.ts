import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fault, ok } from '../../values/result.ts'
import { faultLine } from '../../documents/fault.ts'
import { defaultOrgConfiguration } from '../configuration.ts'
import { readOrgFile } from './org-file.ts'

const secrets = {
  environment: (name: string) => (name === 'DEMO_SECRET' ? 'from-the-environment' : undefined),
  file: (path: string) => (path === 'secret.txt' ? ok('from-a-file\n') : fault('is not there')),
}
const read = (text: string) =>
  readOrgFile(text, { fileName: 'org.yaml', secrets, configuration: defaultOrgConfiguration() })
const lines = (text: string): readonly string[] => {
  const result = read(text)
  holds(!result.ok, 'the file was accepted')
  return result.fault.map((each) => `${faultLine(each)} ${each.next}`)
}
const app = (settings: string) => `externalClientApps:
  - name: Nightly_Sync
    contactEmail: owner@demo.example
    ${settings}
`

describe('reading an org file', () => {
  const refused: Record<string, [string, RegExp]> = {
    'malformed YAML has its line and column': ['users:\n  - { username: [ }\n', /^org\.yaml:2:\d+: malformed YAML/],
    'an unknown key has its nearest known one': [
      'securitySetings: {}',
      /^org\.yaml:1:1: .*"securitySetings" is not known Did you mean securitySettings\?/,
    ],
    'an unknown key deep inside is placed': [
      app('globalOauthSettings: { isPkceRequred: true }'),
      /^org\.yaml:4:\d+: externalClientApps\[0\]\.globalOauthSettings.*Did you mean isPkceRequired\?/,
    ],
    'an unknown value has the list of known ones': [
      app('oauthConfigurablePolicies: { refreshTokenPolicyType: Forever }'),
      /known are Infinite, Zero, SpecificLifetime, SpecificInactivity/,
    ],
    'a wrong type is said': [app('globalOauthSettings: { isPkceRequired: 3 }'), /true or false is expected/],
    'a missing field is said': ['externalClientApps: [{ name: A }]', /contactEmail: is missing/],
    'a key given twice': ['users: []\nusers: []', /the key users is given twice/],
    'two apps of one name, over both kinds': [
      `${app('label: x')}connectedApps: [{ name: Nightly_Sync, contactEmail: a@b.example }]`,
      /^org\.yaml:5:\d+: connectedApps\[0\]\.name: the app Nightly_Sync is given twice; first in line 2/,
    ],
    'two users of one name, without regard to case': [
      'users: [{ username: A@b.example }, { username: a@B.example }]',
      /the user a@b\.example is given twice/,
    ],
    'a profile that nobody made': [
      'users: [{ username: a@b.example, profile: System Administratr }]',
      /no profile is called System Administratr Did you mean System Administrator\?/,
    ],
    'a range that is none, with its row': [
      app('oauthSecuritySettings: { tokenIpRanges: [{ startIpAddress: 10.0.0.9, endIpAddress: 10.0.0.1 }] }'),
      /tokenIpRanges\[0\]: Row 1: 10\.0\.0\.9 to 10\.0\.0\.1 starts above its end/,
    ],
    'a secret that is not in the environment': [
      app('globalOauthSettings: { consumerSecret: { env: NOPE } }'),
      /NOPE is not set/,
    ],
    'an inactivity period beyond the idle limit': [
      app(
        'oauthConfigurablePolicies: { refreshTokenPolicyType: SpecificInactivity, refreshTokenValidityPeriod: 40, refreshTokenValidityUnit: Days }',
      ),
      /longer than the 30-day idle limit/,
    ],
    'a policy of a connected app that is none': [
      'connectedApps: [{ name: A, contactEmail: a@b.example, oauthPolicy: { refreshTokenPolicy: forever } }]',
      /connectedApps\[0\]\.oauthPolicy\.refreshTokenPolicy: is "forever"/,
    ],
  }
  for (const [sentence, [text, words]] of Object.entries(refused))
    test(sentence, () => match(lines(text).join('\n'), words))

  test('all faults come together', () =>
    equal(
      lines(
        `oauthOidcSettings: { isPkceRequred: true }\nsecuritySettings: { sessionSettings: { sessionTimeout: Never } }`,
      ).length,
      2,
    ))

  test('secrets come from the environment, a file, or the text, of which a warning is given', () => {
    const from = (source: string) => {
      const result = read(app(`globalOauthSettings: { consumerSecret: ${source} }`))
      holds(result.ok)
      const secret = result.value.file.externalClientApps?.[0]?.globalOauthSettings?.consumerSecret
      return [secret?.expose(), result.value.warnings.length]
    }
    deepEqual(from('{ env: DEMO_SECRET }'), ['from-the-environment', 0])
    deepEqual(from('{ file: secret.txt }'), ['from-a-file', 0])
    deepEqual(from('plain'), ['plain', 1])
  })

  test('a secret shows in no printed form of the file', () => {
    const result = read(app('globalOauthSettings: { consumerSecret: CANARY }'))
    holds(result.ok && !JSON.stringify(result.value).includes('CANARY'))
  })

  test('an empty file is an org with nothing in it', () => deepEqual(read(''), ok({ file: {}, warnings: [] })))

  test('every field of the facts is accepted (SF-241 to SF-257)', () => {
    const text = `
externalClientApps:
  - name: All
    contactEmail: a@b.example
    contactPhone: '1'
    distributionState: Local
    orgScopedExternalApp: 00D000000000001:All
    globalOauthSettings: { isDPopEnabled: false, isMtlsEnabled: false, shouldRotateConsumerKey: false, idTokenConfig: { idTokenValidityInMinutes: 5 } }
    oauthSettings: { commaSeparatedOauthScopes: 'Api, Unheard', trustedIpRanges: [{ startIpAddress: 10.0.0.1, endIpAddress: 10.0.0.2 }], singleLogoutUrl: https://x.example }
    oauthConfigurablePolicies: { policyAction: Block, requiredSessionLevel: STANDARD, guestJwtTimeout: 5, commaSeparatedProfile: A }
    configurablePolicies: { isEnabled: true, startPage: OAuth }
connectedApps:
  - name: Old
    contactEmail: a@b.example
    attributes: [{ key: a, formula: b }]
    ipRanges: [{ start: 10.0.0.1, end: 10.0.0.2 }]
    oauthConfig: { isPKImTLSEnabled: false, scopes: [Api, Unheard], idTokenConfig: { idTokenValidity: 5 }, assetTokenConfig: { any: thing } }
    oauthPolicy: { ipRelaxation: ENFORCE, refreshTokenPolicy: 'specific_lifetime:90:DAYS' }
    sessionPolicy: { policyAction: Block, sessionLevel: STANDARD, sessionTimeout: 60 }
`
    const result = read(text)
    holds(result.ok, JSON.stringify(result))
  })
})
