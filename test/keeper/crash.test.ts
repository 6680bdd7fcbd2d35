/** Some of the places; all of them are in the long form, and in docs/reference/keeper-crash-table.md. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { awaitsIn, withPoints } from './await-points.ts'
import { openBattlefield } from './battlefield.ts'
import { killAt, wrongIn } from './kill.ts'
import { onTheWay, placesIn } from './on-the-way.ts'
import { situations } from './situations.ts'

const critical = [
  "after refresh/attempt.ts storage.write('markSent')",
  'after refresh/attempt.ts connection.post',
  "after refresh/replies.ts storage.write('appendReceived')",
  "before refresh/settle.ts storage.write('commitExchange')",
]

test('P-20, P-22, L-43: killed around the spending, a keeper loses no reply that was on the disk, sends no spent token again, and names every doubt within one lease', async () => {
  await using field = await openBattlefield()
  const [due] = situations
  ok(due !== undefined)
  for (const [n, dieAt] of critical.entries()) {
    const row = await killAt(field, due, { n, dieAt })
    ok(row !== undefined, `it waits at: ${dieAt}`)
    equal(wrongIn(row, due), undefined, dieAt)
  }
})

describe('the places at which a keeper is killed', () => {
  test('are all of the waits on the way of an exchange', () => {
    ok(onTheWay.length > 20, `${onTheWay.length} files`)
    for (const path of onTheWay) {
      const places = placesIn(path)
      const text = readFileSync(new URL(`../../src/keeper/${path}`, import.meta.url), 'utf8')
      equal(places.length, [...withoutComments(text).matchAll(/\bawait\b/g)].length, path)
      equal(new Set(places.map(({ name }) => name)).size, places.length, `${path}: each has a name of its own`)
    }
  })

  test('are before and after each wait, whatever it stands in', () => {
    const made = withPoints('x.ts', 'const f = async (g) => (await (await g(1)).h(await g(2))) + 1')
    equal(made.match(/keeperWaits\(/g)?.length, 3)
    equal(made.match(/keeperWaited\(/g)?.length, 3)
    deepEqual(
      awaitsIn('x.ts', "const f = async (a) => { await a.write('b', 1); await a.write('b', 2) }").map(
        ({ name }) => name,
      ),
      ["a.write('b')", "a.write('b') 2"],
    )
    throws(
      () => awaitsIn('x.ts', 'const f = async (b) => { for await (const a of b) a() }'),
      /x\.ts:1 waits by for await/,
    )
  })
})

const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$|[^:]\/\/ .*$/gm, '')
