import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatAddress, parseAddress, type Address } from '../../../ip/address.ts'
import { addressIn } from '../../../ip/address-in-text.ts'
import { instant, minutes } from '../../../values/time.ts'
import { newConfirmation, stepConfirmation, type Confirmation, type EchoAnswer } from './confirmation.ts'

const start = instant('2026-11-21')
const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
const right: EchoAnswer = { kind: 'saw', address: address('192.0.2.1') }
const wrong: EchoAnswer = { kind: 'saw', address: address('198.51.100.9') }
const none: EchoAnswer = { kind: 'none', how: 'there was no answer in time' }

/** One answer a minute. */
function after(answers: readonly EchoAnswer[], echo: 'own' | 'outside' = 'outside'): Confirmation {
  return answers.reduce<Confirmation>(
    (known, answer, i) =>
      stepConfirmation(known, answer, {
        at: instant(start + minutes(i)),
        expected: address('192.0.2.1'),
        every: minutes(1),
        echo,
      }),
    newConfirmation(true, start),
  )
}

const times = <T>(count: number, each: T): readonly T[] => Array.from({ length: count }, () => each)

describe('P-41: the public address', () => {
  const kinds: Readonly<Record<string, readonly [readonly EchoAnswer[], Confirmation['kind']]>> = {
    'is unconfirmed before an echo has answered': [[], 'unconfirmed'],
    'is confirmed by one answer': [[right], 'confirmed'],
    'is contradicted by one answer': [[right, right, wrong], 'contradicted'],
    'is confirmed again once the echo sees it again': [[wrong, right], 'confirmed'],
    'is unconfirmed where no echo answers': [[none, none], 'unconfirmed'],
    'stays confirmed over nine answers that fail to come': [[right, ...times(9, none)], 'confirmed'],
    'is unconfirmed after ten': [[right, ...times(10, none)], 'unconfirmed'],
    'stays contradicted where no answer comes': [[wrong, none], 'contradicted'],
  }
  for (const [sentence, [answers, kind]] of Object.entries(kinds))
    test(sentence, () => equal(after(answers).kind, kind))

  test('is not asked about with confirm: off', () =>
    deepEqual(
      stepConfirmation(newConfirmation(false, start), wrong, {
        at: start,
        expected: 1 as Address,
        every: minutes(1),
        echo: 'own',
      }),
      { kind: 'not-asked' },
    ))

  test('a contradiction says what was seen, and of the own echo that it sees no translation', () => {
    const [outside, own] = [after([wrong]), after([wrong], 'own')]
    match(
      outside.kind === 'contradicted' ? outside.why : '',
      /saw 198\.51\.100\.9, not the declared 192\.0\.2\.1; declare/,
    )
    match(own.kind === 'contradicted' ? own.why : '', /set gateway\.echo\.url, or say confirm: off/)
  })
})

describe('the body of an echo', () => {
  const bodies = {
    '192.0.2.1\n': '192.0.2.1',
    '{"ip":"2001:db8::1"}': '2001:db8::1',
    '<html><body>Your IP is 192.0.2.1.</body></html>': '192.0.2.1',
    'deadbeef cafe 192.0.2.1': '192.0.2.1',
    'nothing here': undefined,
    '': undefined,
  }
  for (const [body, expected] of Object.entries(bodies))
    test(`${JSON.stringify(body)} has ${expected ?? 'none'} (SF-273)`, () => {
      const found = addressIn(body)
      equal(found === undefined ? undefined : formatAddress(found), expected)
    })
})
