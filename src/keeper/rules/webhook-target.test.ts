import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatAddress, parseAddress, type Address } from '../../ip/address.ts'
import { formatDestination } from '../../ip/hosts.ts'
import { judgeTarget, parseWebhookUrl, type WebhookTarget } from './webhook-target.ts'

const [strict, lenient] = [{ allowPrivate: false }, { allowPrivate: true }]

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}

function target(url: string): WebhookTarget {
  const parsed = parseWebhookUrl(url, lenient)
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

function faultOf(url: string, terms = strict): string {
  const parsed = parseWebhookUrl(url, terms)
  return parsed.ok ? 'taken' : parsed.fault
}

describe('the URL of a webhook', () => {
  test('is a host, a port and a path with its query', () => {
    const shown = (url: string): string => {
      const { secure, path, ...to } = target(url)
      return `${secure} ${formatDestination(to)} ${path}`
    }
    equal(shown('https://hooks.example.com'), 'true hooks.example.com:443 /')
    equal(shown('HTTPS://Hooks.Example.com.:8443/a/b?key=1'), 'true hooks.example.com:8443 /a/b?key=1')
    equal(shown('https://hooks.example.com?key=1'), 'true hooks.example.com:443 /?key=1')
    equal(shown('http://[::1]:3000/x'), 'false [::1]:3000 /x')
  })

  const refused: Readonly<Record<string, RegExp>> = {
    'http://hooks.example.com/': /is http/,
    'ftp://hooks.example.com/': /has to be https/,
    'https://hooks.example.com/#part': /without a fragment/,
    'https://me:secret@hooks.example.com/': /has credentials/,
    'https://hooks.example.com\\@10.0.0.1/': /has to be https/,
    'https://127.1/': /is no address/,
    'https://0x7f000001/': /is no address/,
    'https://2130706433/': /is no address/,
    'https://[::1%25eth0]/': /is no address/,
    'https://hooks.example.com:0/': /has a port that is none/,
    'https://hooks.example.com:65536/': /has a port that is none/,
    'https://hooks.example.com:80:90/': /is missing/,
    'https:///path': /is missing/,
    'https://hooks.example.com/a b': /has to be escaped/,
    'https://bücher.example/': /is no name that DNS can have/,
  }
  for (const [url, words] of Object.entries(refused))
    test(`${url} is refused, and its secrets are not said`, () => {
      match(faultOf(url), words)
      equal(faultOf(url).includes('secret@'), false)
    })
})

describe('the addresses of a webhook', () => {
  const judged = (addresses: readonly string[], terms = strict, url = 'https://hooks.example.com/'): string => {
    const verdict = judgeTarget(target(url), addresses.map(address), terms)
    return verdict.ok ? verdict.value.map(formatAddress).join(' ') : verdict.fault
  }

  test('P-28: public ones are dialled in their order', () =>
    equal(judged(['93.184.216.34', '2606:2800:220:1::1']), '93.184.216.34 2606:2800:220:1::1'))

  const local = ['10.0.0.1', '172.16.9.9', '192.168.1.1', '127.0.0.1', '100.64.0.1', '::1', 'fd12::1']
  for (const each of local)
    test(`P-28: ${each} is denied unless private ones are allowed`, () => {
      match(judged([each]), /allowPrivate would let it go there/)
      equal(judged([each], lenient), each)
      equal(judged([each], lenient, 'http://hooks.example.com/'), each)
    })

  const never = [
    ...['0.0.0.0', '169.254.169.254', '169.254.1.1', '100.100.100.200', '168.63.129.16', '192.0.2.1', '198.18.0.1'],
    ...['224.0.0.1', '255.255.255.255', '::', 'fe80::1', 'ff02::1', 'fd00:ec2::254', '2001:db8::1', '2002:a00:1::1'],
    ...['2001::a00:1', '64:ff9b::a00:1', '64:ff9b::7f00:1', '::a00:1', '2606:4700::200:5efe:a00:1'],
  ]
  for (const each of never)
    test(`P-28: ${each} is denied whatever is allowed`, () => {
      for (const terms of [strict, lenient]) match(judged([each], terms), /: never a webhook's/)
    })

  test('P-28: one that may not be dialled denies them all, since a name that has both has not done so by accident', () =>
    match(judged(['93.184.216.34', '10.0.0.1']), /^hooks\.example\.com:443 is at 10\.0\.0\.1, a private address/))

  test('those that DNS64 has added to a public name are left out', () => {
    equal(judged(['93.184.216.34', '64:ff9b::5db8:d822']), '93.184.216.34')
    match(judged(['64:ff9b::5db8:d822']), /has no address that can be dialled/)
  })

  test('http goes to no public one, also where private ones are allowed', () =>
    match(
      judged(['93.184.216.34'], lenient, 'http://hooks.example.com/'),
      /a public address, and http is not sent there/,
    ))

  test('none is told as none', () => {
    deepEqual(judged([]), 'hooks.example.com:443 has no address that can be dialled')
    holds(local.length + never.length > 20)
  })
})
