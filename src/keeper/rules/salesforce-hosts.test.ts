import { equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fetchTarget, isHostOfOrg, mayShareRedirect } from './salesforce-hosts.ts'

const login = 'https://login.salesforce.com'

describe('a host that a reply names', () => {
  for (const [url, loginUrl, good] of [
    ['https://acme.my.salesforce.com', login, true],
    ['https://x--sb.sandbox.my.salesforce.com/id/1/2', login, true],
    ['https://acme.lightning.force.com', login, true],
    ['https://login.salesforce.com.', login, true],
    ['https://salesforce.com.evil.example', login, false],
    ['https://evilsalesforce.com', login, false],
    ['http://acme.my.salesforce.com', login, false],
    ['https://acme.my.salesforce.com:8443', login, false],
    ['https://a:b@acme.my.salesforce.com', login, false],
    ['https://acme.my.sfcrmproducts.cn', login, false],
    ['https://acme.my.sfcrmproducts.cn', 'https://acme.my.sfcrmproducts.cn', true],
    ['http://127.0.0.1:8480', 'http://127.0.0.1:8480', true],
    ['http://127.0.0.1:8481', 'http://127.0.0.1:8480', false],
  ] as const)
    test(`${url} is ${good ? '' : 'not '}believed of ${loginUrl} (SF-317)`, () =>
      equal(isHostOfOrg(new URL(url), loginUrl), good))
})

describe('one redirect URI for two login hosts', () => {
  for (const [a, b, good] of [
    [login, 'https://test.salesforce.com', true],
    ['https://test.salesforce.com', login, true],
    [login, login, true],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1', true],
    ['https://login.evil.example', login, false],
    ['https://login.salesforce.com.evil.example', login, false],
    ['http://login.salesforce.com', login, false],
    ['http://127.0.0.1:2', login, false],
    ['http://127.0.0.1:1', 'http://127.0.0.1:2', false],
    [login, 'https://login.evil.example', true],
    [login, 'http://127.0.0.1:2', true],
  ] as const)
    test(`a login at ${a} ${good ? 'may' : 'may not'} come back where those of ${b} do`, () =>
      equal(mayShareRedirect(a, b), good))
})

describe('P-28: where a request goes', () => {
  const hosts = { loginUrl: login, instanceUrl: 'https://acme.my.salesforce.com' }
  for (const [text, to] of [
    ['/services/data', 'https://acme.my.salesforce.com/services/data'],
    ['services/data?q=1#x', 'https://acme.my.salesforce.com/services/data?q=1'],
    ['https://acme.my.salesforce.com:443/x', 'https://acme.my.salesforce.com/x'],
    [`${login}/services/oauth2/userinfo`, `${login}/services/oauth2/userinfo`],
    ['/../../x', 'https://acme.my.salesforce.com/x'],
    ['/q?u=https://evil.example', 'https://acme.my.salesforce.com/q?u=https://evil.example'],
    ['/ä', 'https://acme.my.salesforce.com/%C3%A4'],
  ] as const)
    test(`${text} to ${to}`, () => {
      const target = fetchTarget(text, hosts)
      equal(target.ok ? target.value.href : target.fault, to)
    })
  for (const [text, says] of [
    ['//evil.example', /does not go to evil\.example/],
    ['https://other.my.salesforce.com/', /does not go to other/],
    ['http://acme.my.salesforce.com/', /does not go to acme/],
    ['https://acme.my.salesforce.com:8443/', /does not go to/],
    ['https://x@acme.my.salesforce.com/', /credentials/],
    ['data:text/html,x', /does not go to data:/],
    ['https://', /no URL/],
    ['\\\\evil.example', /character/],
    ['/a\r\nb', /character/],
    ['/a b', /character/],
    ['/\u007f', /character/],
  ] as const)
    test(`${JSON.stringify(text)} nowhere`, () => {
      const target = fetchTarget(text, hosts)
      match(target.ok ? target.value.href : target.fault, says)
    })
  test('not to an instance that is neither the login host nor of Salesforce, whatever is asked for', () => {
    for (const instanceUrl of ['https://evil.example', 'http://acme.my.salesforce.com', 'nonsense'])
      match(JSON.stringify(fetchTarget('/x', { loginUrl: login, instanceUrl })), /neither its login host/)
  })
  test('to the login host where no instance is known', () => {
    const target = fetchTarget('/x', { loginUrl: login, instanceUrl: undefined })
    equal(target.ok ? target.value.href : target.fault, `${login}/x`)
  })
  test('not in the clear, but on loopback', () => {
    const [remote, local] = ['http://org.example', 'http://127.0.0.1:8480'].map((loginUrl) =>
      fetchTarget('/x', { loginUrl, instanceUrl: undefined }),
    )
    match(JSON.stringify(remote), /in the clear/)
    equal(local?.ok, true)
  })
})
