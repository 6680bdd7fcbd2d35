import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { days, hours } from '../../values/time.ts'
import { faultsOfKeeper, type KeeperToCheck } from './configuration-faults.ts'

const plain: KeeperToCheck = {
  ...{
    direct: false,
    tenants: [],
    apps: [],
    heartbeat: days(25),
    heartbeatSpread: days(1),
    blackouts: [],
    loginHosts: [],
    webhooks: [],
  },
}
const [long, other] = [secret('a'.repeat(32)), secret('b'.repeat(32))]
const app = { name: 'nightly', loginUrl: 'https://login.salesforce.com' }
const hook = { name: 'ours', url: secret('https://hooks.example/in'), allowPrivate: false }
const key = secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)

describe('what the configuration says of the keeper', () => {
  const good: Readonly<Record<string, Partial<KeeperToCheck>>> = {
    'is in order as it is': {},
    'may name a proxy': { proxy: secret('http://app:pw@127.0.0.1:9293') },
    'may say that calls leave directly': { direct: true },
    'may have tenants with apps of one name': {
      ...{ token: long, tenants: [{ name: 'rival', token: other }] },
      apps: [app, { ...app, tenant: 'rival' }, { ...app, name: 'other', tenant: 'default' }],
    },
    'may name webhooks': { webhooks: [{ ...hook, secret: key }] },
    'may list a login host': { apps: [{ ...app, loginUrl: 'https://login.internal' }], loginHosts: ['login.internal'] },
    'may have windows without heartbeats': { blackouts: ['Mon-Fri 08:00-18:00 +02:00'] },
  }
  for (const [sentence, said] of Object.entries(good))
    test(sentence, () => deepEqual(faultsOfKeeper({ ...plain, ...said }), []))

  const bad: Readonly<Record<string, readonly [said: Partial<KeeperToCheck>, path: string, message: RegExp]>> = {
    'a proxy that is none': [{ proxy: secret('gateway:9293') }, 'proxy', /does not begin with http/],
    'a proxy beside direct': [{ proxy: secret('http://h:1'), direct: true }, 'direct', /keeper.proxy names one/],
    'a heartbeat after the idle limit': [{ heartbeat: days(30) }, 'heartbeat', /within 29 days.*SF-205/],
    'a spread that is longer than the heartbeat': [
      { heartbeat: hours(12) },
      'heartbeat',
      /the spread of the heartbeat must be shorter/,
    ],
    'scopes that would give no refresh token (SF-78)': [
      { apps: [{ ...app, scopes: 'api web' }] },
      'apps[0].scopes',
      /ask for no refresh token/,
    ],
    'a login host that is not of Salesforce and not listed (P-28)': [
      { apps: [{ ...app, loginUrl: 'https://login.internal' }] },
      'apps[0].loginUrl',
      /keeper\.loginHosts does not list it/,
    ],
    'a login host that cannot be one': [{ loginHosts: ['login.internal', '*'] }, 'loginHosts[1]', /no name/],
    'a window that is none': [{ blackouts: ['at night'] }, 'blackouts[0]', /is no window/],
    'a token that can be guessed': [{ token: secret('hunter2') }, 'token', /shorter than 32 characters/],
    'two tenants with one token': [
      { token: long, tenants: [{ name: 'rival', token: long }] },
      'tenants[0].token',
      /the same as keeper.token/,
    ],
    'two tenants of one name': [
      {
        tenants: [
          { name: 'rival', token: long },
          { name: 'rival', token: other },
        ],
      },
      'tenants[1].name',
      /the name of another tenant/,
    ],
    'a tenant of the name that is taken': [
      { tenants: [{ name: 'default', token: long }] },
      'tenants[0].name',
      /of keeper.token/,
    ],
    'a tenant whose name is no name': [{ tenants: [{ name: '../x', token: long }] }, 'tenants[0].name', /is no name/],
    'an app of an unknown tenant': [
      { apps: [{ ...app, tenant: 'rival' }] },
      'apps[0].tenant',
      /no tenant of keeper.tenants/,
    ],
    'two apps of one name': [{ apps: [app, app] }, 'apps[1].name', /another app of that tenant/],
    'an app whose name is no name': [{ apps: [{ ...app, name: 'a b' }] }, 'apps[0].name', /is no name/],
    'an app that would send tokens in the clear': [
      { apps: [{ ...app, loginUrl: 'http://login.salesforce.com' }] },
      'apps[0].loginUrl',
      /in the clear/,
    ],
    'an app with two proofs': [
      { apps: [{ ...app, clientSecret: long, privateKey: other }] },
      'apps[0].privateKey',
      /beside a clientSecret/,
    ],
    'a webhook over http': [
      { webhooks: [{ ...hook, secret: key, url: secret('http://hooks.example') }] },
      'webhooks[0].url',
      /is http/,
    ],
    'a webhook with a short secret': [
      { webhooks: [{ ...hook, secret: secret('whsec_') }] },
      'webhooks[0].secret',
      /has to be whsec_/,
    ],
    'two webhooks of one name': [
      {
        webhooks: [
          { ...hook, secret: key },
          { ...hook, secret: key },
        ],
      },
      'webhooks[1].name',
      /another webhook/,
    ],
  }
  for (const [what, [said, path, message]] of Object.entries(bad))
    test(`refuses ${what}, naming its place`, () => {
      const [fault, ...more] = faultsOfKeeper({ ...plain, ...said })
      deepEqual([fault?.path, more], [path, []])
      ok(message.test(fault?.message ?? ''), fault?.message)
      ok((fault?.next ?? '') !== '')
    })

  test('no fault tells a secret', () => {
    const telling = secret('http://app:hunter2@h:99999')
    const faults = faultsOfKeeper({ ...plain, proxy: telling, token: secret('hunter2') })
    equal(faults.length, 2)
    ok(!JSON.stringify(faults).includes('hunter2'))
  })
})
