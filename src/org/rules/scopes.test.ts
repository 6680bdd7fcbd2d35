import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import {
  chooseScopes,
  isRefreshScope,
  knownScopes,
  metadataScope,
  narrowScopes,
  oauthScope,
  parseMetadataScopes,
  scopeIsAllowed,
} from './scopes.ts'

describe('the two spellings of a scope', () => {
  // SF-101 and SF-102
  const pairs = {
    id: 'Basic',
    api: 'Api',
    web: 'Web',
    full: 'Full',
    chatter_api: 'Chatter',
    visualforce: 'CustomApplications',
    refresh_token: 'RefreshToken',
    openid: 'OpenID',
    profile: 'Profile',
    email: 'Email',
    address: 'Address',
    phone: 'Phone',
    offline_access: 'OfflineAccess',
    custom_permissions: 'CustomPermissions',
    wave_api: 'Wave',
    eclair_api: 'Eclair',
    pardot_api: 'Pardot',
    lightning: 'Lightning',
    content: 'Content',
    mcp_api: 'MCP',
    sfap_api: 'SFAP',
    scrt_api: 'SCRT',
  }
  for (const [oauth, metadata] of Object.entries(pairs))
    test(`SF-102: ${oauth} is ${metadata} in metadata`, () => {
      equal(metadataScope(oauth, 'connectedApp'), metadata)
      equal(oauthScope(metadata), oauth)
    })

  test('SF-101: discovery has 36 of them', () => equal(new Set(knownScopes).size, 36))

  test('SF-102: External Client App files write SFApiPlatform, and are read in both spellings', () => {
    equal(metadataScope('sfap_api', 'externalClientApp'), 'SFApiPlatform')
    equal(oauthScope('SFApiPlatform'), 'sfap_api')
    equal(oauthScope('SFAP'), 'sfap_api')
  })

  test('SF-102: every other scope has one metadata name in both kinds of app', () => {
    const others = knownScopes.filter((scope) => scope !== 'sfap_api')
    equal(others.length, 35)
    for (const scope of others)
      equal(metadataScope(scope, 'externalClientApp'), metadataScope(scope, 'connectedApp'), scope)
  })

  test('what is written for either kind of app is read as the scope that it was', () => {
    for (const kind of ['externalClientApp', 'connectedApp'] as const)
      for (const scope of knownScopes) equal(oauthScope(metadataScope(scope, kind)), scope)
  })

  test('SF-102: unknown values survive both ways, words of an object too', () => {
    for (const name of ['My_Custom', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      equal(metadataScope(name, 'connectedApp'), name)
      equal(metadataScope(name, 'externalClientApp'), name)
      equal(oauthScope(name), name)
    }
  })

  test('SF-253: a list is separated by commas and spaces, and holds each once', () =>
    deepEqual(parseMetadataScopes(' Api, RefreshToken,Api\nMy_Custom '), ['api', 'refresh_token', 'My_Custom']))
})

describe('choosing scopes', () => {
  const app = ['api', 'refresh_token', 'openid']
  const choices: Record<string, [string | undefined, readonly string[], readonly string[] | string]> = {
    'SF-77: left out, all of the app’s are granted': [undefined, app, ['api', 'refresh_token', 'openid', 'id']],
    'SF-77: empty is left out': ['  ', app, ['api', 'refresh_token', 'openid', 'id']],
    'SF-77: a subset is granted as asked': ['openid api', app, ['openid', 'api', 'id']],
    'SF-77: more is refused, naming it': ['api web', app, 'web'],
    'SF-103: id goes with every token, asked or not': ['id', [], ['id']],
    'SF-103: api includes chatter_api': ['chatter_api', app, ['chatter_api', 'id']],
    'SF-103: chatter_api does not include api': ['api', ['chatter_api'], 'api'],
    'SF-78: offline_access stands for refresh_token': ['offline_access', app, ['offline_access', 'id']],
    'SF-78: and the other way round': ['refresh_token', ['offline_access'], ['refresh_token', 'id']],
    'SF-78: without either there is no refresh token': ['refresh_token', ['api'], 'refresh_token'],
    'SF-103: full implies the others': ['web wave_api', ['full'], ['web', 'wave_api', 'id']],
    'SF-103: full does not imply a refresh token': ['full refresh_token', ['full'], 'refresh_token'],
    'SF-103: nor offline_access': ['offline_access', ['full'], 'offline_access'],
    'full does not imply what is no scope at all': ['full frobnicate', ['full'], 'frobnicate'],
    'a custom scope is granted where the app has it': ['My_Custom', ['My_Custom'], ['My_Custom', 'id']],
    'a scope asked twice is granted once': ['api api', app, ['api', 'id']],
    'a scope in another case is another scope': ['API', app, 'API'],
    'a line break does not separate scopes': ['api\nweb', app, 'api\nweb'],
  }
  for (const [sentence, [asked, allowed, wanted]] of Object.entries(choices))
    test(sentence, () => {
      const choice = chooseScopes(asked, allowed)
      deepEqual(choice.kind === 'granted' ? choice.scopes : choice.scope, wanted)
    })

  test('only the two names ask for a refresh token', () =>
    deepEqual(knownScopes.filter(isRefreshScope).toSorted(), ['offline_access', 'refresh_token']))

  test('whatever is granted was allowed, and holds id once', () => {
    const scopes = fc.subarray([...knownScopes])
    fc.assert(
      fc.property(scopes, scopes, (asked, allowed) => {
        const choice = chooseScopes(asked.join(' '), allowed)
        if (choice.kind === 'not-allowed') return !scopeIsAllowed(choice.scope, new Set(allowed))
        const each = choice.scopes.every((scope) => scopeIsAllowed(scope, new Set(allowed)))
        return each && choice.scopes.filter((scope) => scope === 'id').length === 1
      }),
      { numRuns: 200 },
    )
  })
})

describe('narrowing at a refresh', () => {
  const granted = ['api', 'web', 'refresh_token', 'id']
  const narrowings: Record<string, [string | undefined, readonly string[] | string]> = {
    'SF-34: left out, the token has all that was granted': [undefined, granted],
    'SF-34: a subset narrows, and id stays': ['web', ['web', 'id']],
    'SF-34: the order is the grant’s': ['web api', ['api', 'web', 'id']],
    'SF-34: anything more is refused': ['api openid', 'openid'],
    'what a granted scope would imply is more than was granted': ['chatter_api', 'chatter_api'],
    'SF-78: the other name of the refresh scope is the same': ['offline_access api', ['api', 'refresh_token', 'id']],
  }
  for (const [sentence, [asked, wanted]] of Object.entries(narrowings))
    test(sentence, () => {
      const choice = narrowScopes(asked, granted)
      deepEqual(choice.kind === 'granted' ? choice.scopes : choice.scope, wanted)
    })

  test('without a refresh scope, neither name of it may be asked for', () =>
    deepEqual(narrowScopes('offline_access', ['api', 'id']), { kind: 'not-allowed', scope: 'offline_access' }))
})
