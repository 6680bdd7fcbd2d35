import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { html, Html, queryText } from './html.ts'

describe('html', () => {
  const parts = {
    'text is escaped for content and quoted attributes alike': [
      html`<p title="${`<>&"'\``}">${'</p>'}</p>`,
      '<p title="&lt;&gt;&amp;&quot;&#39;&#96;">&lt;/p&gt;</p>',
    ],
    'markup goes in as it is': [html`<p>${html`<b></b>`}</p>`, '<p><b></b></p>'],
    'a list of markup is joined without commas': [html`${[html`<i></i>`, html`<b></b>`]}`, '<i></i><b></b>'],
    'undefined and false leave nothing behind': [html`a${undefined}b${false}c`, 'abc'],
    'zero and the empty text are themselves': [html`a${0}b${''}c`, 'a0bc'],
    'an entity in the text stays what was typed': [html`${'&lt;'}`, '&amp;lt;'],
    'a NUL becomes the sign for an unreadable character': [html`${'a\0b'}`, 'a\uFFFDb'],
  } as const
  for (const [sentence, [made, expected]] of Object.entries(parts)) test(sentence, () => equal(String(made), expected))

  test('an object that only looks like markup is refused by its class, whatever it holds', () =>
    equal(JSON.parse('{"markup":"<b>"}') instanceof Html, false))

  test('what is escaped reads back as it was', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        equal(unescaped(String(html`${text}`)), text.replaceAll('\0', '\uFFFD')),
      ),
    ))
})

describe('query text', () => {
  test('SF-81: the ampersand between the pairs is bare and spaces are %20', () =>
    equal(
      String(queryText({ error: 'redirect_uri_mismatch', error_description: 'redirect_uri must match configuration' })),
      'error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration',
    ))

  test('nothing of a value survives that could be markup, and it reads back as it was', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = String(queryText({ error: value }))
        equal(/^error=[A-Za-z0-9._~%-]*$/.test(text), true)
        equal(decodeURIComponent(text.slice('error='.length)), value)
      }),
    ))

  test('half of a surrogate pair becomes the sign for an unreadable character', () =>
    equal(String(queryText({ a: '\ud800' })), 'a=%EF%BF%BD'))
})

function unescaped(markup: string): string {
  const characters: Record<string, string> = { 'lt': '<', 'gt': '>', 'quot': '"', 'amp': '&', '#39': "'", '#96': '`' }
  return markup.replace(/&([a-z]+|#\d+);/g, (whole, name: string) => characters[name] ?? whole)
}
