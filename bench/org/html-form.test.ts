import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findForm } from './html-form.ts'

const page = `<html><body><form name="login" method="post" action="/login?a=1&amp;b=2">
  <input type="hidden" name="csrf" value="t&#43;&quot;&#x41;" />
  <input
    id="username"
    name="username"
    type="text" value="" required
  /><input id="on" name="on" type="checkbox" value="on" checked /><input id="off" name="off" type="checkbox" value="on" />
  <input id="Login" name="Login" type="submit" value="Log In" /><input id="Other" name="Other" type="submit" value="No" />
</form></body></html>`

describe('a form in a page', () => {
  test('posts to its action, entities undone', () => equal(findForm(page)?.action, '/login?a=1&b=2'))

  test('posts hidden and text fields and ticked boxes, and no button', () => {
    const posted = [...(findForm(page)?.fields ?? [])]
    deepEqual(posted, [
      ['csrf', 't+"A'],
      ['username', ''],
      ['on', 'on'],
    ])
  })

  test('knows its buttons by id', () => deepEqual([...(findForm(page)?.buttons.keys() ?? [])], ['Login', 'Other']))

  test('is undefined where there is none', () => equal(findForm('<p>Nothing here</p>'), undefined))
})
