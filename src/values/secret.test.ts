import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { format, inspect } from 'node:util'
import { secret } from './secret.ts'

describe('a secret', () => {
  const hidden = secret('hunter2')
  const ways = {
    'as a string': String(hidden),
    // oxlint-disable-next-line typescript/restrict-template-expressions -- the slip that this is about
    'in a template': `${hidden}`,
    'joined to a text': ['', hidden].join(''),
    'as JSON': JSON.stringify({ hidden }),
    'inspected': inspect(hidden),
    'inspected inside an object, with everything shown': inspect(
      { deep: { hidden } },
      { depth: 9, showHidden: true, showProxy: true },
    ),
    'formatted': format('%s %o %j', hidden, hidden, hidden),
    // oxlint-disable-next-line typescript/no-misused-spread -- the slip that this is about
    'spread into an object': JSON.stringify({ ...hidden }),
    'in an error': inspect(new Error('failed', { cause: hidden })),
  }
  for (const [way, text] of Object.entries(ways))
    test(`does not show ${way}`, () => equal(text.includes('hunter2'), false))

  test('prints as [secret], so that its place can be seen', () => {
    equal(String(hidden), '[secret]')
    equal(inspect({ hidden }), '{ hidden: [secret] }')
  })

  test('comes out when it is exposed', () => equal(hidden.expose(), 'hunter2'))
})
