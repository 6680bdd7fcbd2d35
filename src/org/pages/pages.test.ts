/** What holds of every page, and the names that scripts drive. */
import { deepEqual, doesNotMatch, equal, match, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { everyPage, ordinary } from '../../../test/browser/every-page.ts'
import { seconds } from '../../values/time.ts'
import { loginPage } from './login.ts'
import { tooManyTriesPage } from './too-many-tries.ts'

const pages = everyPage(ordinary)
const frame = { organization: { name: 'Acme' } }

describe('every page', () => {
  test('there are pages to look at', () => equal(Object.keys(pages).length, 16))

  for (const [name, page] of Object.entries(pages)) {
    test(`${name} has no script, no inline style, no handler and nothing from elsewhere`, () => {
      doesNotMatch(page, /<script|<style|\sstyle=|\son[a-z]+=|javascript:|<iframe|<base|http-equiv/i)
      deepEqual([...page.matchAll(/(?:src|action|<link[^>]*href)="(?!\/)/g)], [])
    })

    test(`${name} says its language, where one is, and has one heading and one main region`, () => {
      match(page, /^<!doctype html>\s*<html lang="en">/)
      match(page, /<title>[^<]+ \| Acme Manufacturing<\/title>/)
      equal(page.match(/<h1/g)?.length, 1)
      equal(page.match(/<main/g)?.length, 1)
    })

    test(`${name} uses no id twice, and every label and description finds its element`, () => {
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((found) => found[1])
      equal(new Set(ids).size, ids.length)
      const wanted = [...page.matchAll(/ (?:for|aria-describedby)="([^"]*)"/g)].flatMap((found) => found[1]?.split(' '))
      deepEqual(
        wanted.filter((id) => !ids.includes(id)),
        [],
      )
    })
  }

  for (const [name, page] of Object.entries(pages).filter(([each]) => each.includes('error')))
    test(`${name} announces its error and says so in the title`, () => {
      match(page, /<div id="error" class="\w+ sp-alert" role="alert">/)
      match(page, /<title>Error: /)
    })
})

describe('hostile text in every field', () => {
  const fragment = fc.constantFrom(
    '<script>',
    '</title>',
    '"',
    "'",
    '>',
    '<!--',
    ' onload=x',
    '`',
    '\0',
    '\r\n',
    '&#60;',
    '\u202e',
    '\ud800',
    '--!>',
    '${x}',
  )
  // begins with letters, so that it is never an address of its own and every page keeps one shape
  const hostile = fc
    .tuple(fc.array(fc.oneof(fragment, fc.string({ unit: 'binary', maxLength: 4 })), { minLength: 1, maxLength: 8 }))
    .map(([parts]) => `hostile${parts.join('')}`)

  test('leaves the markup of every page exactly as it is with harmless text', () => {
    const shapes = Object.entries(everyPage(() => 'hostile')).map(([name, page]) => [name, shape(page)])
    fc.assert(
      fc.property(hostile, (text) => {
        const found = Object.entries(everyPage(() => text)).map(([name, page]) => [name, shape(page)])
        deepEqual(found, shapes)
      }),
      { numRuns: 60 },
    )
  })

  test('is found raw in no page', () =>
    fc.assert(
      fc.property(
        hostile.filter((text) => /[<>"']/.test(text)),
        (text) => {
          for (const page of Object.values(everyPage(() => text))) equal(page.includes(text), false)
        },
      ),
      { numRuns: 60 },
    ))

  test('the comparison sees an unescaped quote', () =>
    equal(shape('<p title="a" onload="b">') === shape('<p title="a">'), false))
})

/** All tags in order, with the values of their attributes left out. */
function shape(page: string): string[] {
  return (page.match(/<[^>]*>?/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, ' '))
}

describe('what scripts drive', () => {
  const driven = {
    'SF-87: #username is an input': ['login', /<input[^>]* id="username"[^>]* name="username"/],
    'SF-87: #password is an input named pw': ['login', /<input[^>]* id="password"[^>]* name="pw"[^>]* type="password"/],
    'SF-87: #Login is a submit input named Login': [
      'login',
      /<input[^>]* id="Login"[^>]* name="Login"[^>]* type="submit"/,
    ],
    'SF-87: the form is named login': ['login', /<form[^>]* name="login"/],
    'SF-87: #usernamegroup wraps the user name': [
      'login',
      /<div[^>]* id="usernamegroup">\s*<label[^>]*>[^<]*<\/label>\s*<input[^>]* id="username"/,
    ],
    'SF-87: the error is div#error.loginError': ['login-error', /<div id="error" class="loginError /],
    'SF-91: rememberUn is a checkbox': [
      'login',
      /<input[^>]* id="rememberUn"[^>]* name="rememberUn"[^>]* type="checkbox"/,
    ],
    'SF-88: the first of two steps has #Login': ['login-username', /<input[^>]* id="Login"/],
    'SF-88: the second step has #password': ['login-password', /<input[^>]* id="password"/],
    'SF-88: the second step posts the user name again': [
      'login-password',
      /<input[^>]* id="username"[^>]* value="ana@acme.example"[^>]* readonly/,
    ],
    'SF-90: #oaapprove is a submit input': [
      'consent',
      /<input[^>]* id="oaapprove"[^>]* name="oaapprove"[^>]* type="submit"[^>]* value="Allow"/,
    ],
    'SF-91: #oadeny is a submit input': [
      'consent',
      /<input[^>]* id="oadeny"[^>]* name="oadeny"[^>]* type="submit"[^>]* value="Deny"/,
    ],
    'SF-91: #emc takes a code that telephones fill in': [
      'verification',
      /<input[^>]* id="emc"[^>]* name="emc"[^>]* autocomplete="one-time-code"/,
    ],
    'SF-91: #save is a submit input': ['verification', /<input[^>]* id="save"[^>]* name="save"[^>]* type="submit"/],
    'SF-92: the app, its contact and each scope in words': [
      'consent',
      /Order Sync[^]*Manage user data via APIs[^]*Perform requests at any time[^]*support@ordersync\.example/,
    ],
    'SF-81: the raw body holds the pairs': [
      'error-direct',
      /error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration/,
    ],
    'SF-82: the code stands on the error page': ['error', /OAUTH_EC_APP_NOT_FOUND/],
  } as const
  for (const [sentence, [page, pattern]] of Object.entries(driven))
    test(sentence, () => match(pages[page] ?? '', pattern))

  test('SF-88: the first of two steps has no password field', () =>
    doesNotMatch(pages['login-username'] ?? '', /id="password"|name="pw"/))
  test('without an error there is no #error', () => doesNotMatch(pages['login'] ?? '', /id="error"/))

  test('the form carries its token, where to go on, and the pending request', () => {
    const hidden = [...(pages['login'] ?? '').matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
      (found) => [found[1], found[2]],
    )
    deepEqual(hidden, [
      ['csrf', 'csrf-token'],
      ['startURL', '/services/oauth2/authorize?x=1&amp;y=2'],
      ['source', 'CAAAAY'],
    ])
  })
})

describe('single pages', () => {
  const login = { ...frame, action: '/login', csrf: 'c', step: 'whole', username: '', rememberUsername: false } as const

  test('a login form that would post elsewhere is not made', () =>
    throws(() => loginPage({ ...login, action: '//evil.example/login' }), /PAGE_FORM_TARGET/))

  test('the focus is on the first field that is still to be filled', () => {
    match(loginPage(login), /id="username"[^>]*autofocus/)
    match(loginPage({ ...login, username: 'ana' }), /id="password"[^>]*autofocus/)
  })

  test('on the consent page nothing has the focus, so an absent-minded Enter approves nothing', () =>
    doesNotMatch(pages['consent'] ?? '', /autofocus/))

  test('scopes with the same words are one line', () =>
    equal(pages['consent']?.match(/Access the identity URL service/g)?.length, 1))

  test('SF-79: each display has a class of its own', () =>
    match(everyPage(ordinary, 'touch')['login'] ?? '', /<body class="sp-page sp-display_touch">/))

  const waits = { 1: '1 second', 59_001: '1 minute', 60_001: '2 minutes', 30_000: '30 seconds' }
  for (const [wait, words] of Object.entries(waits))
    test(`a wait of ${wait} ms is shown as ${words}`, () => {
      const retryAfter = seconds(Number(wait) / 1000)
      match(tooManyTriesPage({ ...frame, retryAfter, loginUrl: '/' }), new RegExp(`Wait ${words}, then`))
    })
})
