import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { parseWebhookSecrets } from './webhook-secret.ts'

const base64 = (bytes: number, fill = 7): string => Buffer.alloc(bytes, fill).toString('base64')

test('a secret is whsec_ and the base64 of 24 to 64 bytes', () => {
  for (const bytes of [24, 25, 26, 32, 64])
    deepEqual(parseWebhookSecrets(`whsec_${base64(bytes)}`), { ok: true, value: [base64(bytes)] })
})

test('several stand with white space between them', () => {
  const text = ` whsec_${base64(32, 1)}  whsec_${base64(32, 2)}\n`
  deepEqual(parseWebhookSecrets(text), { ok: true, value: [base64(32, 1), base64(32, 2)] })
})

test('what is none is refused without being said', () => {
  const wrong = [
    ...['', '  ', base64(32), `whsec_${base64(23)}`, `whsec_${base64(65)}`, `whsec_${base64(32)}x`, 'whsec_canary'],
    ...[`whsec_${base64(32)} canary`, `whsec_${'A'.repeat(43)}`, `whsec_${base64(32)} `.repeat(6)],
  ]
  for (const each of wrong) {
    const parsed = parseWebhookSecrets(each)
    equal(parsed.ok, false, each)
    match(parsed.ok ? '' : parsed.fault, /^(is empty|has to be whsec_|has more than 5)/)
    equal(parsed.ok ? '' : parsed.fault.includes('canary'), false)
  }
})
