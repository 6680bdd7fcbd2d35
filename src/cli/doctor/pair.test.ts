import { deepEqual, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseRangeText } from '../../ip/cidr.ts'
import { judgeAdmitted, judgePair } from './pair.ts'

const egresses = [
  { name: 'a', address: '192.0.2.7' },
  { name: 'b', address: '192.0.2.8' },
]
const findings = (...texts: readonly string[]) =>
  judgePair(
    {
      app: 'Nightly_Sync',
      ranges: texts.map((text) => parseRangeText(text)).flatMap((each) => (each.ok ? [each.value] : [])),
    },
    egresses,
  )

describe('both halves of the pair', () => {
  test('L-61: one registered half is a doubt that names the other, and how to add it', () => {
    const [finding, ...others] = findings('192.0.2.7', '198.51.100.0/30')
    deepEqual([finding?.state, others], ['warn', []])
    match(finding?.says ?? '', /holds 192\.0\.2\.7 \(egress a\) but not 192\.0\.2\.8 \(egress b\)/)
    deepEqual(finding?.next, ['sallyport allowlist add Nightly_Sync 192.0.2.8'])
  })

  test('both registered is fine', () => deepEqual(findings('192.0.2.7-192.0.2.9')[0]?.state, 'ok'))

  test('a list with neither belongs to an app that goes another way', () => deepEqual(findings('198.51.100.1'), []))

  test('L-61: what the configuration knows to be refused is a doubt', () => {
    const known = { destination: '*.salesforce.com:443', label: 'acme', confirmed: ['a'], refused: ['b'] }
    const [finding] = judgeAdmitted([known, { ...known, refused: [] }])
    match(finding?.says ?? '', /^\*\.salesforce\.com:443 is known to refuse egress b for acme/)
  })
})
