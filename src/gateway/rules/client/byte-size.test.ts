import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseByteSize } from './byte-size.ts'

describe('a volume', () => {
  const read = {
    '10GB': 10e9,
    '50 GB': 50e9,
    '1.5TB': 1.5e12,
    '500': 500,
    '500B': 500,
    '2kB': 2000,
    '0.000001MB': 1,
    ' 3MB ': 3e6,
  }
  for (const [text, bytes] of Object.entries(read))
    test(`${JSON.stringify(text)} is ${bytes} bytes`, () => deepEqual(parseByteSize(text), { ok: true, value: bytes }))

  const refused = {
    '': 'is no volume, such as 10GB',
    'GB': 'is no volume, such as 10GB',
    '-1GB': 'is no volume, such as 10GB',
    '1e9': 'is no volume, such as 10GB',
    '10GiB': 'has the unit GiB; the units are B, kB, MB, GB and TB',
    '10gb': 'has the unit gb; the units are B, kB, MB, GB and TB',
    '0GB': 'is no volume at all',
    '10000TB': 'is more than can be counted exactly',
  }
  for (const [text, why] of Object.entries(refused))
    test(`${JSON.stringify(text)} ${why}`, () => {
      const parsed = parseByteSize(text)
      equal(parsed.ok ? parsed.value : parsed.fault, why)
    })
})
