import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { childOf, escapeXml, parseXml, textOf } from './xml.ts'

const rootOf = (source: string) => {
  const parsed = parseXml(source)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

describe('XML', () => {
  test('is read into elements without their prefixes, with text, entities and where they stand', () => {
    const head = '<?xml version="1.0"?>\n<!-- a > b --><s:a x="1" y=\'2\'>'
    const whole = `${head}<b>1 &lt; 2 &amp;&#32;&#x33;</b><c/><b><![CDATA[<&>]]></b></s:a>\n`
    const root = rootOf(whole)
    equal(root.name, 'a')
    deepEqual(
      root.children.map(({ name, text }) => [name, text]),
      [
        ['b', '1 < 2 & 3'],
        ['c', ''],
        ['b', '<&>'],
      ],
    )
    const first = childOf(root, 'b')
    equal(whole.slice(first?.start, first?.end), '<b>1 &lt; 2 &amp;&#32;&#x33;</b>')
    deepEqual([textOf(root, 'c'), textOf(root, 'd')], ['', undefined])
  })

  const refused = {
    'a DOCTYPE, and so every entity of its own': ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'a DOCTYPE is not read'],
    'an entity that nobody has declared': ['<a>&b;</a>', 'it has an entity that XML itself does not have'],
    'an ampersand alone': ['<a>b & c</a>', 'it has an entity that XML itself does not have'],
    'a character beyond Unicode': ['<a>&#x110000;</a>', 'it has an entity that XML itself does not have'],
    'nothing': ['', 'it is not one element'],
    'two roots': ['<a/><b/>', 'it is not one element'],
    'text beside the root': ['<a/>b', 'it is not one element'],
    'what is not closed': ['<a><b></a>', '</a> closes nothing that is open'],
    'what ends before it is closed': ['<a><b>', '<b> is not closed'],
    'what was never opened': ['</a>', '</a> closes nothing that is open'],
    'what is no markup': ['<a <b>', 'the markup cannot be read'],
    'a comment without its end': ['<a/><!-- ', 'the markup cannot be read'],
    'nesting without measure': ['<a>'.repeat(60), 'it is nested more than 50 deep'],
    'elements without measure': [`<a>${'<b/>'.repeat(20_001)}</a>`, 'it has more than 20000 elements'],
    'entities without measure': [
      `<a>${'&lt;'.repeat(6000)}<b/>${'&'.repeat(6000)}</a>`,
      'it has more than 10000 entities',
    ],
  } as const
  for (const [what, [source, message]] of Object.entries(refused))
    test(`of ${what} is refused`, () => deepEqual(parseXml(source), { ok: false, fault: { line: 1, message } }))

  test('that is refused is refused with its line', () => {
    const parsed = parseXml('<a>\n<b>\n</c></a>')
    equal(parsed.ok ? 0 : parsed.fault.line, 3)
  })

  test('that is long and broken is refused at once', () => {
    const hostile = ['<a ' + 'b '.repeat(100_000), '<!--'.repeat(50_000), `<a ${'b="c" '.repeat(50_000)}`]
    for (const each of hostile) equal(parseXml(each).ok, false)
  })

  test('escapes what it has to, and what it cannot say it leaves out', () => {
    equal(
      escapeXml(`<a b='c' d="e">&\n\t\u0000\u0001</a>`),
      '&lt;a b=&apos;c&apos; d=&quot;e&quot;&gt;&amp;\n\t&lt;/a&gt;',
    )
    equal(rootOf(`<a>${escapeXml(`<&>"'`)}</a>`).text, `<&>"'`)
  })
})
