import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultLine } from '../documents/fault.ts'
import { defaultOrgConfiguration } from '../org/configuration.ts'
import { fault, ok } from '../values/result.ts'
import type { JsonSchema } from '../values/schema.ts'
import { reservedVariables, settingsByVariable, variableOf, type Environment } from './environment.ts'
import { absent, loadConfiguration, type Loaded } from './load.ts'
import { configJsonSchema, configurationSchema } from './schema.ts'

type Files = Readonly<Record<string, string>>

const load = (files: Files, environment: Environment = {}, path?: string) =>
  loadConfiguration({
    path,
    environment,
    workingDirectory: '/srv',
    readFile: (name) => (files[name] === undefined ? fault(absent) : ok(files[name])),
  })

function loaded(text: string, environment: Environment = {}): Loaded {
  const result = load({ '/srv/sallyport.yaml': text }, environment)
  if (!result.ok) throw new Error(result.fault.map(faultLine).join('\n'))
  return result.value
}

const faults = (text: string, environment: Environment = {}): string[] => {
  const result = load({ '/srv/sallyport.yaml': text }, environment)
  return result.ok ? [] : result.fault.map((each) => `${faultLine(each)} ${each.next}`)
}

const example = `
storage: sqlite:./data                       # a folder, one file a system; or postgres://user@host/db
org:     { listen: 127.0.0.1:8480, publicUrl: https://org.example, file: org.yaml, trustedProxies: [10.0.0.0/8], rotationMode: strict }
gateway:
  listen: 127.0.0.1:9293
  tls: { cert: { file: cert.pem }, key: { file: key.pem } }        # optional: TLS to the gateway
  egress:
    - { name: a, address: 127.0.0.11 }         # a local address to dial from
    - { name: b, via: { env: SECOND_PROXY_URL } }   # or another proxy: a second gateway, a hosted static-IP proxy
  healthCheck: { target: login.salesforce.com:443, every: 5s, timeout: 1s }
  admin: { listen: 127.0.0.1:9294 }
  allow: ['*.salesforce.com:443', '*.force.com:443']       # default: Salesforce's domains; private addresses are denied unless listed
  clients:
    - { name: backend, username: app, password: { env: GATEWAY_PASSWORD }, plan: starter, mayPin: true }
keeper:
  listen: 127.0.0.1:8481
  keyring: { file: keyring.json }
  proxy: { env: SALLYPORT_GATEWAY_URL }        # QUOTAGUARDSTATIC_URL is accepted as well
`
const exampleFiles = { '/srv/conf/full.yaml': example, '/srv/conf/cert.pem': 'CERT\n', '/srv/conf/key.pem': 'KEY\n' }
const exampleEnvironment = {
  SECOND_PROXY_URL: 'http://u:p@b:1',
  GATEWAY_PASSWORD: 'pw',
  SALLYPORT_GATEWAY_URL: 'http://app:pw@127.0.0.1:9293',
}

describe('loading the configuration', () => {
  test('without a file there are defaults', () => {
    const result = load({})
    holds(result.ok)
    equal(result.value.configuration.storage, 'sqlite:./data')
    deepEqual(result.value.configuration.org, defaultOrgConfiguration())
    equal(result.value.configuration.gateway.listen, '127.0.0.1:9293')
    deepEqual(result.value.configuration.keeper.keyring, { file: 'keyring.json' })
    deepEqual([result.value.file, result.value.folder, result.value.warnings], [undefined, '/srv', []])
  })

  test('an empty file is one without settings', () =>
    deepEqual(loaded('').configuration.org, defaultOrgConfiguration()))

  test('a file that was named has to exist', () => {
    const result = load({}, {}, 'other.yaml')
    deepEqual(result.ok ? [] : result.fault.map(faultLine), ['the configuration file other.yaml does not exist'])
  })

  test('the documented example passes, with secrets from environment and files beside it', () => {
    const result = load(exampleFiles, exampleEnvironment, 'conf/full.yaml')
    holds(result.ok, JSON.stringify(result))
    const { gateway, keeper } = result.value.configuration
    deepEqual(
      [gateway.tls?.cert.expose(), gateway.tls?.key.expose(), gateway.clients[0]?.password.expose()],
      ['CERT', 'KEY', 'pw'],
    )
    equal(keeper.proxy?.expose(), 'http://app:pw@127.0.0.1:9293')
    const [a, b] = gateway.egress
    equal(a !== undefined && 'address' in a && a.confirm, 'on')
    equal(b !== undefined && 'via' in b && b.via.expose(), 'http://u:p@b:1')
    deepEqual([result.value.folder, result.value.warnings], ['/srv/conf', []])
    equal(JSON.stringify(result.value).includes('pw'), false)
  })

  test('secrets whose variables are missing are named, all of them', () => {
    const sources = {
      workingDirectory: '/srv',
      readFile: (name: string) => {
        const text = new Map(Object.entries(exampleFiles)).get(name)
        return text === undefined ? fault(absent) : ok(text)
      },
    }
    const missing = loadConfiguration({ ...sources, path: 'conf/full.yaml', environment: {} })
    deepEqual(missing.ok ? [] : missing.fault.map(({ path }) => path), [
      'gateway.egress[1].via',
      'gateway.clients[0].password',
      'keeper.proxy',
    ])
  })

  const refused = {
    'malformed YAML has line and column': ['org:\n  listen: "x\n', /^sallyport\.yaml:3:1: malformed YAML/],
    'an unknown key names the nearest': ['org: { rotatonMode: strict }', /^sallyport\.yaml:1:8: org\.rotatonMode: .* Did you mean rotationMode\?$/],
    'an unknown section names the nearest': ['gatway: {}', /Did you mean gateway\?$/],
    'an unknown choice lists the known ones': ['org: { rotationMode: lax }', /known are strict, overlap, until-used/],
    'the overlap has an upper bound': ['org: { overlapSeconds: 61 }', /at least 1 and at most 60/],
    'a key given twice is refused': ['org: { file: a, file: b }', /the key file is given twice/],
    'a proxy that is no address is refused': ['org: { trustedProxies: [proxy.internal] }', /"proxy\.internal" is not an IPv4 or IPv6 address/],
    'two egresses of one name are refused': ['gateway: { egress: [{ name: a, address: 127.0.0.1 }, { name: a, address: 127.0.0.2 }] }', /^sallyport\.yaml:1:62: gateway\.egress\[1\]\.name: is the name of egress\[0\]/],
    'a shortest verifier above the longest is refused': ['org: { pkce: { verifierMin: 200, verifierMax: 100 } }', /verifierMin: is above org\.pkce\.verifierMax/],
    'a method that is not allowed cannot be the default': ['org: { pkce: { defaultMethod: plain } }', /org\.pkce\.allowPlain does not allow/],
    'a probe cannot take longer than its interval': ['gateway: { healthCheck: { every: 1s, timeout: 2s } }', /is longer than/],
    'a status that means something else is refused': ['org: { compat: { revokeUnknownStatus: 300 } }', /known are 400, 200/],
  } as const // prettier-ignore
  for (const [sentence, [text, expected]] of Object.entries(refused))
    test(sentence, () => {
      const found = faults(text)
      equal(found.length, 1, found.join('\n'))
      match(found[0] ?? '', expected)
    })

  test('two clients of one user name are refused', () => {
    const client = (name: string) => `{ name: ${name}, username: app, password: { env: PW } }`
    const found = faults(`gateway: { clients: [${client('a')}, ${client('b')}] }`, { PW: 'x' })
    equal(found.length, 1)
    match(found[0] ?? '', /gateway\.clients\[1\]: two clients have the user app/)
  })

  test('every fault of the gateway is told at once, at its place in the file', () => {
    const found = faults(
      `gateway:
  egress:
    - { name: a, address: 127.0.0.11 }
    - { name: b, via: { env: PROXY } }
  allow: ['*.salesforce.com:443', '*:443', 127.1:80]
  plans: [{ name: small, bytes: 5 gigs }]
`,
      { PROXY: 'http://u:hunter2@127.0.0.1:9293' },
    )
    deepEqual(
      found.map((line) => line.replace(/^(sallyport\.yaml:\d+:\d+: \S+:).*$/, '$1')),
      [
        'sallyport.yaml:4:23: gateway.egress[1].via:',
        'sallyport.yaml:5:35: gateway.allow[1]:',
        'sallyport.yaml:5:44: gateway.allow[2]:',
        'sallyport.yaml:6:33: gateway.plans[0].bytes:',
      ],
    )
    match(found[0] ?? '', /is this gateway itself/)
    equal(found.join().includes('hunter2'), false)
  })

  test('a list of destinations from the environment is judged as well', () =>
    match(
      faults('', { SALLYPORT_GATEWAY_ALLOW: '[login.salesforce.com]' }).join(),
      /^SALLYPORT_GATEWAY_ALLOW.*has no port Write login\.salesforce\.com:443\.$/,
    ))

  test('G-21: a PROXY protocol header from everyone, and a whole top-level domain, are warned of', () => {
    const { warnings } = loaded('gateway: { proxyProtocol: { from: [10.0.0.0/8, 0.0.0.0/0] }, allow: ["*.com:443"] }')
    deepEqual(
      warnings.map(({ path }) => path),
      ['gateway.proxyProtocol.from[1]', 'gateway.allow[0]'],
    )
  })

  test('L-107: to believe everyone is warned of', () => {
    const { warnings } = loaded('org: { trustedProxies: [10.0.0.0/8, "::/0", 0.0.0.0/0] }')
    deepEqual(
      warnings.map(({ path }) => path),
      ['org.trustedProxies[1]', 'org.trustedProxies[2]'],
    )
  })

  test('a written-out secret works and is warned of', () => {
    const { configuration, warnings } = loaded('keeper: { proxy: "http://u:p@127.0.0.1:9293" }')
    equal(configuration.keeper.proxy?.expose(), 'http://u:p@127.0.0.1:9293')
    deepEqual(warnings.map(faultLine), ['sallyport.yaml:1:18: keeper.proxy: a secret is written out in the document'])
  })
})

describe('settings from the environment', () => {
  const org = (environment: Environment) =>
    loaded('org: { rotationMode: overlap, compat: { denyCode: from-file } }', environment).configuration.org

  test('a variable wins over the file and over the default', () => {
    equal(org({ SALLYPORT_ORG_ROTATION_MODE: 'until-used' }).rotationMode, 'until-used')
    equal(org({ SALLYPORT_ORG_COMPAT_DENY_CODE: 'access-denied' }).compat.denyCode, 'access-denied')
    equal(org({}).compat.denyCode, 'from-file')
    equal(org({ SALLYPORT_ORG_OVERLAP_SECONDS: '20' }).overlapSeconds, 20)
    equal(org({ SALLYPORT_ORG_REAUTH_REVOKES_ALL: 'true' }).reauthRevokesAll, true)
    equal(org({ SALLYPORT_ORG_JWT_MAX_EXP_AHEAD_SECONDS: 'none' }).jwt.maxExpAheadSeconds, 'none')
    equal(org({ SALLYPORT_ORG_JWT_MAX_EXP_AHEAD_SECONDS: '300' }).jwt.maxExpAheadSeconds, 300)
    equal(org({ SALLYPORT_ORG_DISCOVERY_RFC8414: 'false' }).discovery.rfc8414, false)
    equal(org({ SALLYPORT_ORG_FILE: '0123' }).file, '0123')
  })

  test('a list of texts is separated by commas or written as YAML', () => {
    deepEqual(org({ SALLYPORT_ORG_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1' }).trustedProxies, [
      '10.0.0.0/8',
      '192.0.2.1',
    ])
    deepEqual(org({ SALLYPORT_ORG_TRUSTED_PROXIES: '[10.0.0.0/8]' }).trustedProxies, ['10.0.0.0/8'])
  })

  test('a list of mappings is written as YAML', () => {
    const { gateway } = loaded('', { SALLYPORT_GATEWAY_EGRESS: '[{ name: a, address: 127.0.0.11 }]' }).configuration
    deepEqual(gateway.egress, [{ name: 'a', address: '127.0.0.11', confirm: 'on' }])
  })

  test('the storage has no section', () =>
    equal(loaded('', { SALLYPORT_STORAGE: 'postgres://u@h/d' }).configuration.storage, 'postgres://u@h/d'))

  test('a secret from a variable is none that was written out', () => {
    const { configuration, warnings } = loaded('', { SALLYPORT_KEEPER_PROXY: 'http://u:p@h:1' })
    equal(configuration.keeper.proxy?.expose(), 'http://u:p@h:1')
    deepEqual(warnings, [])
  })

  test('the admin token is a secret beside the configuration', () => {
    equal(loaded('', { SALLYPORT_ADMIN_TOKEN: 'tok' }).adminToken?.expose(), 'tok')
    equal(loaded('', { SALLYPORT_ADMIN_TOKEN: '' }).adminToken, undefined)
  })

  test('variables with meanings of their own, and those that the file names, are no settings', () => {
    const environment = {
      SALLYPORT_GATEWAY_URL: 'http://x',
      SALLYPORT_TEST_POSTGRES: 'postgres://x',
      SALLYPORT_MY_PROXY: 'http://y',
      HOME: '/root',
    }
    equal(
      loaded('keeper: { proxy: { env: SALLYPORT_MY_PROXY } }', environment).configuration.keeper.proxy?.expose(),
      'http://y',
    )
  })

  const refused = {
    'an unknown variable names the nearest': [{ SALLYPORT_ORG_ROTATON_MODE: 'strict' }, 'SALLYPORT_ORG_ROTATON_MODE: the environment variable is not known Did you mean SALLYPORT_ORG_ROTATION_MODE?'],
    'a wrong choice names the variable and the known ones': [{ SALLYPORT_ORG_ROTATION_MODE: 'lax' }, 'SALLYPORT_ORG_ROTATION_MODE (org.rotationMode): is the text "lax"; known are strict, overlap, until-used Known here: strict, overlap, until-used.'],
    'a wrong type names the variable': [{ SALLYPORT_ORG_OVERLAP_SECONDS: 'ten' }, 'SALLYPORT_ORG_OVERLAP_SECONDS (org.overlapSeconds): is the text "ten"; a whole number is expected Write a whole number.'],
    'an entry of a list names its place': [{ SALLYPORT_ORG_TRUSTED_PROXIES: '10.0.0.1,x' }, 'SALLYPORT_ORG_TRUSTED_PROXIES (org.trustedProxies[1]): "x" is not an IPv4 or IPv6 address Write an address or a block.'],
  } as const // prettier-ignore
  for (const [sentence, [environment, expected]] of Object.entries(refused))
    test(sentence, () => deepEqual(faults('', environment), [expected]))

  test('a variable that is no YAML is refused by its name', () =>
    match(faults('', { SALLYPORT_GATEWAY_CLIENTS: '[{' }).join(), /^SALLYPORT_GATEWAY_CLIENTS: malformed YAML/))

  test('faults of the file and of the environment are reported together', () =>
    equal(faults('org: { rotatonMode: strict }', { SALLYPORT_NONSENSE: 'x', SALLYPORT_OTHER: 'y' }).length, 3))

  test('every setting has a variable of its own, and none is reserved', () => {
    const count = (schema: JsonSchema): number =>
      schema.properties === undefined ? 1 : Object.values(schema.properties).reduce((sum, each) => sum + count(each), 0)
    equal(settingsByVariable.size, count(configurationSchema))
    holds(settingsByVariable.size > 60)
    deepEqual(
      reservedVariables.filter((name) => settingsByVariable.has(name)),
      [],
    )
    equal(variableOf(['org', 'compat', 'denyCode']), 'SALLYPORT_ORG_COMPAT_DENY_CODE')
  })
})

describe('the JSON Schema', () => {
  const describedLeaves = (schema: JsonSchema, path: string): string[] =>
    schema.properties === undefined
      ? [`${path}: ${schema.description ?? ''}`]
      : Object.entries(schema.properties).flatMap(([key, each]) => describedLeaves(each, `${path}.${key}`))

  test('is JSON through and through', () => {
    const schema = configJsonSchema()
    deepEqual(JSON.parse(JSON.stringify(schema)), schema)
    equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
  })

  test('every setting of the org that decides between sources cites its fact', () => {
    const own = ['org.listen', 'org.publicUrl', 'org.file', 'org.limits.connections'] // no source speaks of them
    const leaves = describedLeaves(configurationSchema.properties?.['org'] ?? {}, 'org')
    holds(leaves.length > 40)
    deepEqual(
      leaves.filter((leaf) => !/\(.*SF-\d+.*\)/.test(leaf) && !own.some((path) => leaf.startsWith(`${path}:`))),
      [],
    )
  })

  test('every default is accepted by its own schema', () =>
    deepEqual(faults(JSON.stringify({ org: defaultOrgConfiguration() })), []))

  test('overrides replace only what they name', () => {
    const org = defaultOrgConfiguration({
      trustedProxies: ['10.0.0.0/8'],
      limits: { loginFailures: 3 },
      publicUrl: 'http://127.0.0.1:1',
    })
    deepEqual(org, {
      ...defaultOrgConfiguration(),
      trustedProxies: ['10.0.0.0/8'],
      publicUrl: 'http://127.0.0.1:1',
      limits: { ...defaultOrgConfiguration().limits, loginFailures: 3 },
    })
  })
})
