import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { secret, type Secret } from '../../values/secret.ts'
import { findGatewayFaults, findGatewayMisgivings, type GatewayToCheck } from './configuration-faults.ts'

const client = { name: 'backend', username: 'app', password: secret('pw'), connections: 10 }
const sound: GatewayToCheck = {
  listen: '127.0.0.1:9293',
  admin: { listen: '127.0.0.1:9294' },
  echo: {},
  healthCheck: { target: 'login.salesforce.com:443' },
  egress: [
    { name: 'a', address: '127.0.0.11', confirm: 'on' },
    { name: 'b', via: secret('http://user:hunter2@proxy.example:9293') },
  ],
  allow: ['*.salesforce.com:443', '10.0.0.0/8:443'],
  allowEverything: false,
  admitted: [{ destination: '*.Salesforce.com:443', label: 'backend', confirmed: ['a'], refused: ['b'] }],
  plans: [{ name: 'starter', bytes: '10GB', warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut' }],
  clients: [{ ...client, plan: 'starter' }],
}

const lines = (faults: ReturnType<typeof findGatewayFaults>): string[] =>
  faults.map(({ path, message }) => `${path} ${message}`)

describe('the faults of a configuration', () => {
  test('are none where there are none', () => deepEqual(findGatewayFaults(sound), []))

  const local = (name: string, address: string) => ({ name, address, confirm: 'on' }) as const
  const via = (name: string, url: string) => ({ name, via: secret(url) })
  const plan = { name: 'p', bytes: '1GB', warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut' } as const
  const cases: Readonly<Record<string, readonly [Partial<GatewayToCheck>, RegExp]>> = {
    'a row of allow that is none': [{ allow: ['*.salesforce.com:443', '127.1:443'] }, /^allow\[1\] "127\.1:443" names no host/],
    'a row that allows everything without saying so': [{ allow: ['*.salesforce.com:443', '*:443'] }, /^allow\[1\] "\*:443" matches every host$/],
    'two egresses of one name': [{ egress: [local('a', '127.0.0.11'), local('a', '127.0.0.12'), sound.egress[1] ?? local('b', '::1')] }, /^egress\[1\]\.name /],
    'the same address twice': [{ egress: [local('a', '127.0.0.11'), local('b', '127.0.0.11')] }, /^egress\[1\] /],
    'the same address in two spellings': [{ egress: [local('a', '127.0.0.11'), local('b', '::ffff:127.0.0.11')] }, /^egress\[1\] /],
    'the same proxy twice': [{ egress: [via('a', 'http://p.example:1'), via('b', 'http://p.example:1')] }, /^egress\[1\] /],
    'an egress that is the gateway itself': [{ egress: [local('a', '127.0.0.11'), via('b', 'http://u:hunter2@127.0.0.1:9293')] }, /^egress\[1\]\.via .*this gateway itself/],
    'an egress that is its admin API': [{ egress: [local('a', '127.0.0.11'), via('b', 'http://localhost:9294')] }, /^egress\[1\]\.via .*this gateway itself/],
    'a proxy that is no URL': [{ egress: [local('a', '127.0.0.11'), via('b', 'p.example:1')] }, /^egress\[1\]\.via /],
    'a plan that a client names and nobody has': [{ clients: [{ ...client, plan: 'platinum' }] }, /^clients\[0\]\.plan there is no plan "platinum"/],
    'two plans of one name': [{ plans: [...sound.plans, plan, plan] }, /^plans\[2\]\.name /],
    'a volume that is none': [{ plans: [...sound.plans, { ...plan, bytes: '10 gigs' }] }, /^plans\[1\]\.bytes "10 gigs" has the unit gigs/],
    'two clients of one name': [{ clients: [client, { ...client, username: 'other' }] }, /^clients\[1\] two clients are named backend/],
    'two clients of one user': [{ clients: [client, { ...client, name: 'other' }] }, /^clients\[1\] two clients have the user app/],
    'two clients of one user in two spellings': [{ clients: [{ ...client, username: 'caf\u00e9' }, { ...client, name: 'other', username: 'cafe\u0301' }], admitted: [] }, /^clients\[1\] two clients have the user/],
    'a user that Basic cannot carry': [{ clients: [{ ...client, username: 'a:b' }] }, /^clients\[0\] .*colon/],
    'an admission of a rule that there is not': [{ admitted: [{ destination: 'a.example:443', confirmed: [], refused: [] }] }, /^admitted\[0\]\.destination "a\.example:443" is no rule/],
    'an admission by an egress that there is not': [{ admitted: [{ destination: '10.0.0.0/8:443', confirmed: ['a', 'z'], refused: [] }] }, /^admitted\[0\]\.confirmed\[1\] there is no egress "z"/],
    'a refusal by an egress that there is not': [{ admitted: [{ destination: '10.0.0.0/8:443', confirmed: [], refused: ['z'] }] }, /^admitted\[0\]\.refused\[0\] there is no egress "z"/],
    'an egress that is confirmed and refused': [{ admitted: [{ destination: '10.0.0.0/8:443', confirmed: ['a'], refused: ['a'] }] }, /^admitted\[0\]\.refused\[0\] "a" is confirmed as well/],
    'a label that no client has': [{ admitted: [{ destination: '10.0.0.0/8:443', label: 'frontend', confirmed: [], refused: [] }] }, /^admitted\[0\]\.label no client has the label "frontend"/],
    'an admin API where the proxy listens': [{ admin: { listen: '127.0.0.1:9293' } }, /^admin\.listen is 127\.0\.0\.1:9293, where/],
    'an echo where the admin API listens': [{ echo: { listen: '127.0.0.1:9294' } }, /^echo\.listen is 127\.0\.0\.1:9294, where/],
    'an echo over TLS': [{ echo: { url: 'https://ip.quotaguard.com/' } }, /^echo\.url /],
    'an echo that is no URL': [{ echo: { url: 'ip.quotaguard.com' } }, /^echo\.url /],
    'an echo with user information': [{ echo: { url: 'http://u:p@ip.quotaguard.com/' } }, /^echo\.url /],
    'a target that cannot be dialled': [{ healthCheck: { target: '127.1:443' } }, /^healthCheck\.target "127\.1" is a shorthand/],
  } // prettier-ignore
  for (const [sentence, [changed, expected]] of Object.entries(cases))
    test(`name ${sentence}, and nothing else`, () => {
      const found = findGatewayFaults({ ...sound, ...changed })
      equal(found.length, 1, lines(found).join('\n'))
      match(lines(found)[0] ?? '', expected)
      match(found[0]?.next ?? '', /^[A-Z].*\.$/s)
    })

  test('are all there at once', () => {
    const found = findGatewayFaults({
      ...sound,
      allow: ['*:443', 'x'],
      plans: [],
      healthCheck: { target: 'x:0' },
      admitted: [],
      clients: [{ ...client, plan: 'gone' }, client],
    })
    deepEqual(
      found.map(({ path }) => path),
      ['healthCheck.target', 'allow[0]', 'allow[1]', 'clients[0].plan', 'clients[1]', 'clients[1]'],
    )
  })

  test('never hold a password', () => {
    const found = findGatewayFaults({
      ...sound,
      egress: [via('a', 'http://u:hunter2@127.0.0.1:9293'), via('b', 'ftp://u:hunter2@x:1'), via('b', 'u:hunter2@x')],
    })
    equal(found.length > 2, true)
    equal(JSON.stringify(found).includes('hunter2'), false)
  })

  test('say nothing of egresses whose secret is not there yet', () => {
    // what stands in the document before secrets are resolved
    const unresolved = { name: 'a', via: { env: 'PROXY' } as unknown as Secret }
    const password = { env: 'PASSWORD' } as unknown as Secret
    deepEqual(
      findGatewayFaults({
        ...sound,
        egress: [unresolved, unresolved],
        admitted: [],
        clients: [{ ...client, password }],
      }),
      [],
    )
  })

  test('two ports that the machine chooses are not one', () =>
    deepEqual(findGatewayFaults({ ...sound, listen: '127.0.0.1:0', admin: { listen: '127.0.0.1:0' } }), []))
})

test('a pattern over a whole top-level domain is warned of', () => {
  const allow = ['*.com:443', '*.salesforce.com:443', 'com:443', '*.internal:1', 'nonsense', 'my--*.com:443']
  deepEqual(
    findGatewayMisgivings({ ...sound, allow }).map(({ path }) => path),
    ['allow[0]', 'allow[5]'],
  )
})
