import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress, type Address } from '../../ip/address.ts'
import { parseHost, type Host } from '../../ip/hosts.ts'
import { compileLoginHosts, isLoginHost, judgeLoginAddresses, type LoginHosts } from './login-hosts.ts'

function hosts(...rows: readonly string[]): LoginHosts {
  const compiled = compileLoginHosts(rows)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.fault))
  return compiled.value
}
function host(text: string): Host {
  const parsed = parseHost(text)
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}
function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}

describe('P-28: the keeper speaks to', () => {
  const asked: Record<string, readonly [name: string, rows: readonly string[], may: boolean]> = {
    'production (SF-317)': ['login.salesforce.com', [], true],
    'a sandbox of a My Domain (SF-317)': ['acme--x.sandbox.my.salesforce.com', [], true],
    'no host that only sounds like it': ['evilsalesforce.com', [], false],
    'no host below another domain': ['login.salesforce.com.evil.example', [], false],
    'no host of the inner network': ['vault.internal', [], false],
    'no address of its own accord': ['127.0.0.1', [], false],
    'no public address either': ['8.8.8.8', [], false],
    'not the loopback by its name': ['localhost', [], false],
    'a name that is listed': ['login.internal', ['LOGIN.internal.'], true],
    'all below a domain that is listed': ['a.b.example.com', ['*.example.com'], true],
    'and not the domain itself': ['example.com', ['*.example.com'], false],
    'an address that is listed': ['127.0.0.1', ['127.0.0.1'], true],
    'an address of a range that is listed': ['10.1.2.3', ['10.0.0.0/8'], true],
    'localhost where its address is listed': ['localhost', ['127.0.0.1'], true],
    'IPv6 that is listed': ['[::1]', ['::1'], true],
    'one of a range of IPv6': ['[fd00::1]', ['[fd00::/8]'], true],
  }
  for (const [sentence, [name, rows, may]] of Object.entries(asked))
    test(sentence, () => equal(isLoginHost(hosts(...rows), host(name)), may))
})

describe('P-28: where it goes directly it dials', () => {
  const dialled: Record<string, readonly [name: string, rows: readonly string[], at: readonly string[], may: boolean]> =
    {
      'public addresses': ['login.salesforce.com', [], ['13.110.0.1', '2606:4700::1'], true],
      'nothing private that a public name leads to': ['login.salesforce.com', [], ['10.0.0.1'], false],
      'nothing, where one of several is private': ['login.salesforce.com', [], ['13.110.0.1', '10.0.0.1'], false],
      'what a name leads to that is listed itself': ['login.internal', ['login.internal'], ['10.0.0.1'], true],
      'nothing private for a pattern': ['a.example.com', ['*.example.com'], ['10.0.0.1'], false],
      'but where the range is listed as well': ['a.example.com', ['*.example.com', '10.0.0.0/8'], ['10.0.0.1'], true],
      'no metadata service for a name': ['login.internal', ['login.internal'], ['169.254.169.254'], false],
      'nor for a range': ['login.internal', ['169.254.0.0/16'], ['169.254.169.254'], false],
      'the loopback under its name': ['localhost', ['127.0.0.1'], ['127.0.0.1', '::1'], true],
    }
  for (const [sentence, [name, rows, at, may]] of Object.entries(dialled))
    test(sentence, () => {
      const judged = judgeLoginAddresses(hosts(...rows), { host: host(name), port: 443 }, at.map(address))
      equal(judged.ok, may, judged.ok ? '' : judged.fault)
      if (!judged.ok) match(judged.fault, /keeper\.loginHosts/)
    })

  test('the NAT64 address of a public one never, and the public one all the same', () => {
    const at = ['64:ff9b::d6e:1', '13.110.0.1'].map(address)
    const judged = judgeLoginAddresses(hosts(), { host: host('login.salesforce.com'), port: 443 }, at)
    deepEqual(judged, { ok: true, value: [address('13.110.0.1')] })
  })
})

describe('a row of the list that cannot be', () => {
  for (const [row, why] of Object.entries({
    'https://login.internal': /write its host alone/,
    '*.com': /no pattern/,
    'a.*.example.com': /no name/,
    '*': /no name/,
    '0.0.0.0/0': /public addresses/,
    '10.0.0.0/40': /no range/,
    '127.1': /no address/,
  }))
    test(row, () => {
      const compiled = compileLoginHosts(['login.internal', row])
      equal(compiled.ok, false)
      if (compiled.ok) return
      equal(compiled.fault[0]?.row, 1)
      match(compiled.fault[0]?.why ?? '', why)
    })
})
