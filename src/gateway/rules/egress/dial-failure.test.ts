import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { classifyDial, endsDial, refusalAfter, type DialFailure } from './dial-failure.ts'
import { reasonOf } from '../refusal.ts'

describe('a failed dial', () => {
  const kinds: Readonly<Record<string, readonly [string, string | undefined, DialFailure['kind']]>> = {
    'ECONNREFUSED is the destination refusing': ['ECONNREFUSED', 'connect', 'refused'],
    'ETIMEDOUT is the kernel giving up': ['ETIMEDOUT', 'connect', 'timed-out'],
    'EADDRNOTAVAIL of bind is an address that is not here': ['EADDRNOTAVAIL', 'bind', 'wrong-address'],
    'EADDRNOTAVAIL of connect is a port in use towards the destination': [
      'EADDRNOTAVAIL',
      'connect',
      'ports-exhausted',
    ],
    'EADDRINUSE is no port left to bind': ['EADDRINUSE', 'connect', 'ports-exhausted'],
    'ENETUNREACH is no way there': ['ENETUNREACH', 'connect', 'unreachable'],
    'EHOSTUNREACH is no way there': ['EHOSTUNREACH', 'connect', 'unreachable'],
    'EMFILE is of this process': ['EMFILE', 'bind', 'descriptors-exhausted'],
    'what is not known is no way there': ['EWHATEVER', undefined, 'unreachable'],
  }
  for (const [sentence, [code, syscall, kind]] of Object.entries(kinds))
    test(sentence, () => equal(classifyDial({ code, syscall }, '203.0.113.7').kind, kind))

  test('an address that is not here is named, with what to do', () => {
    const failure = classifyDial({ code: 'EADDRNOTAVAIL', syscall: 'bind' }, '203.0.113.7')
    match(
      failure.kind === 'wrong-address' ? failure.why : '',
      /^203\.0\.113\.7 is not an address of this machine; add it to an interface/,
    )
  })

  test('P-43: only a judgement of the proxy about the destination ends the dial; a refusal by the destination does not', () => {
    equal(endsDial({ kind: 'refused' }), false)
    equal(endsDial({ kind: 'proxy-refused', status: 502, speaksOf: 'path' }), false)
    equal(endsDial({ kind: 'proxy-refused', status: 407, speaksOf: 'proxy' }), false)
    equal(endsDial({ kind: 'proxy-refused', status: 403, speaksOf: 'destination' }), true)
    equal(endsDial({ kind: 'descriptors-exhausted' }), true)
  })

  const about = { destination: 'x.test:443', afterMs: 10_000, pin: undefined }
  const told: Readonly<Record<string, readonly [readonly DialFailure[], string, number]>> = {
    'a destination that refuses from everywhere is said to refuse': [
      [{ kind: 'refused' }, { kind: 'refused' }],
      'CONNECTION_REFUSED',
      502,
    ],
    'one that refuses from one address and drops from the other is said to refuse': [
      [{ kind: 'timed-out' }, { kind: 'refused' }],
      'CONNECTION_REFUSED',
      502,
    ],
    'one that drops is said to have timed out': [
      [{ kind: 'unreachable', why: 'EHOSTUNREACH' }, { kind: 'timed-out' }],
      'CONNECTION_TIMED_OUT',
      504,
    ],
    'no way there is said so': [
      [{ kind: 'unreachable', why: 'ENETUNREACH' }, { kind: 'ports-exhausted' }],
      'CONNECTION_FAILED',
      502,
    ],
    'what the proxy answered comes with its status': [
      [{ kind: 'proxy-refused', status: 407, speaksOf: 'proxy' }],
      'UPSTREAM_PROXY_REFUSED',
      502,
    ],
    'a judgement goes before everything': [
      [{ kind: 'refused' }, { kind: 'proxy-refused', status: 403, speaksOf: 'destination' }],
      'UPSTREAM_PROXY_REFUSED',
      502,
    ],
    'a way that leads round is told where there is no other': [
      [{ kind: 'proxy-refused', status: 508, speaksOf: 'path' }],
      'UPSTREAM_LOOP',
      508,
    ],
    'what is wrong with the other ways goes before one that leads round': [
      [{ kind: 'proxy-refused', status: 508, speaksOf: 'path' }, { kind: 'timed-out' }],
      'CONNECTION_TIMED_OUT',
      504,
    ],
    'ports in use everywhere are named': [
      [{ kind: 'ports-exhausted' }, { kind: 'wrong-address', why: 'gone' }],
      'PORTS_EXHAUSTED',
      503,
    ],
    'egresses that fail by themselves are no live egresses': [
      [
        { kind: 'wrong-address', why: 'gone' },
        { kind: 'proxy-failed', why: 'silent' },
      ],
      'NO_LIVE_EGRESS',
      503,
    ],
    'a process without descriptors says so': [[{ kind: 'descriptors-exhausted' }], 'DESCRIPTORS_EXHAUSTED', 503],
  }
  for (const [sentence, [failures, code, status]] of Object.entries(told))
    test(sentence, () => {
      const failed = failures.map((failure, i) => ({ egress: `e${i}`, failure }))
      const refused = refusalAfter(failed, about)
      deepEqual([refused.code, reasonOf(refused).status], [code, status])
    })

  test('the reasons of every egress are told where none could be used', () =>
    equal(
      refusalAfter(
        [
          { egress: 'a', failure: { kind: 'wrong-address', why: 'gone' } },
          { egress: 'b', failure: { kind: 'proxy-failed', why: 'silent' } },
        ],
        about,
      ).saw['why'],
      'a: gone; b: silent',
    ))

  test('a pinned egress that fails by itself is down, not all of them', () =>
    deepEqual(
      refusalAfter([{ egress: 'b', failure: { kind: 'proxy-failed', why: 'silent' } }], { ...about, pin: 'b' }),
      {
        code: 'PINNED_EGRESS_DOWN',
        saw: { egress: 'b', why: 'silent' },
      },
    ))
})
