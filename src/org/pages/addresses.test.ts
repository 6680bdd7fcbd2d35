import { equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { link, ownPath } from './addresses.ts'

describe('the target of a form', () => {
  for (const path of [
    '/',
    '/login',
    '/?ec=302&startURL=%2Fx',
    '/setup/secur/RemoteAccessAuthorizationPage.apexp?source=CAAA',
  ])
    test(`${path} is a path on this server`, () => equal(ownPath(path), path))

  for (const elsewhere of [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'login',
    '',
    'javascript:alert(1)',
  ])
    test(`${JSON.stringify(elsewhere)} is refused`, () => throws(() => ownPath(elsewhere), /PAGE_FORM_TARGET/))
})

describe('a link', () => {
  for (const to of ['/login', 'https://ordersync.example/about', 'http://localhost:1717/'])
    test(`${to} is linked`, () => equal(String(link(to, 'words')).startsWith(`<a href="${to}"`), true))

  for (const to of [
    'javascript:alert(1)',
    'data:text/html,x',
    ' javascript:alert(1)',
    'mailto:a@b.example',
    '//evil.example',
    'x',
    '',
  ])
    test(`${JSON.stringify(to)} shows its words and leads nowhere`, () =>
      equal(String(link(to, 'words')), '<span>words</span>'))
})
