import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatAddress } from '../../../ip/address.ts'
import { isLocalhost, parseHostsFile, settledHere } from './hosts-file.ts'

const text = `
127.0.0.1\tlocalhost vm
::1 localhost ip6-localhost
10.0.0.5   DB.internal  db   # the store
10.0.0.6 db.internal.
10.0.0.5 db
fe80::1%lo0 zoned
127.1 short
not an address
203.0.113.9
#203.0.113.1 commented
192.0.2.1 crlf\r
`
const hosts = parseHostsFile(text)
const found = (name: string) => settledHere(hosts, name)?.map(formatAddress)

describe('/etc/hosts', () => {
  test('has all addresses of a name, once each', () => {
    deepEqual(found('db.internal'), ['10.0.0.5', '10.0.0.6'])
    deepEqual(found('db'), ['10.0.0.5'])
    deepEqual(found('vm'), ['127.0.0.1'])
    deepEqual(found('crlf'), ['192.0.2.1'])
  })

  test('leaves out what cannot be read', () => {
    for (const name of ['zoned', 'short', 'an', 'address', 'commented', '127.0.0.1']) equal(found(name), undefined)
  })

  test('what it does not name is asked elsewhere', () => equal(found('login.salesforce.com'), undefined))

  test('RFC 6761: localhost is the machine itself, whatever stands there', () => {
    const moved = parseHostsFile('192.0.2.1 localhost app.localhost')
    for (const name of ['localhost', 'app.localhost', 'a.b.localhost'])
      deepEqual(settledHere(moved, name)?.map(formatAddress), ['127.0.0.1', '::1'])
    deepEqual(['localhost', 'x.localhost', 'xlocalhost', 'localhost.example'].map(isLocalhost), [
      true,
      true,
      false,
      false,
    ])
  })
})
