import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readRequestHead } from '../../rules/wire/request-head.ts'
import { openKnownHeads } from './known-heads.ts'

const connect = 'CONNECT login.salesforce.com:443 HTTP/1.1\r\nHost: login.salesforce.com:443\r\n\r\n'

describe('heads that were read before', () => {
  test('a CONNECT that has come before is the very same head', () => {
    const readHead = openKnownHeads()
    equal(readHead(Buffer.from(connect)), readHead(Buffer.from(connect)))
  })

  test('whatever was read before, the verdict is that of the bytes', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'CONNECT a:443 HTTP/1.1\r\n',
        'GET http://a/ HTTP/1.1\r\n',
        'Host: a\r\n',
        'Via: x\r\n',
        '\r\n',
        'y',
      ),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 30 }), (all) => {
        const readHead = openKnownHeads()
        for (const each of [...all, ...all]) {
          const bytes = Buffer.from(each.join(''), 'latin1')
          deepEqual(readHead(bytes), readRequestHead(bytes))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('bytes behind a head stay bytes of the tunnel', () => {
    const readHead = openKnownHeads()
    readHead(Buffer.from(connect))
    const read = readHead(Buffer.from(`${connect}early`))
    equal(read.kind === 'head' && read.end, connect.length)
  })

  test('so many different heads are read that the first is forgotten, and it is read again', () => {
    const readHead = openKnownHeads()
    const first = readHead(Buffer.from(connect))
    for (let port = 1; port <= 1100; port += 1) readHead(Buffer.from(connect.replaceAll('443', String(port))))
    const again = readHead(Buffer.from(connect))
    equal(again === first, false)
    deepEqual(again, first)
  })
})
