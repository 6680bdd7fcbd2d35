/** The pages in a real browser: drawn, walked through by keyboard, named for a screen reader, held to their policy. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { loginPage } from '../../src/org/pages/login.ts'
import { everyPage, ordinary } from './every-page.ts'
import { openBrowser } from './launch.ts'
import { openPageServer, type PageServer } from './page-server.ts'

let browser: Browser
let own: PageServer
let client: PageServer

before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())
beforeEach(async () => {
  own = await openPageServer()
  client = await openPageServer()
})

async function withPage(use: (page: Page) => Promise<void>, viewport = { width: 1280, height: 800 }): Promise<void> {
  const context = await browser.newContext({ viewport })
  try {
    await use(await context.newPage())
  } finally {
    await context.close()
    await own[Symbol.asyncDispose]()
    await client[Symbol.asyncDispose]()
  }
}

const login = loginPage({
  ...{ organization: { name: 'Acme' }, action: '/submitted', csrf: 'token', startUrl: '/next', step: 'whole' },
  ...{ username: '', rememberUsername: false },
})

async function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.id')
}

describe('Chromium', () => {
  test('starts, and draws the login page with its stylesheet and without a complaint', () =>
    withPage(async (page) => {
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      own.show({ document: login })
      await page.goto(own.origin)
      equal(await page.title(), 'Login | Acme')
      const colour = await page.evaluate<string>("getComputedStyle(document.getElementById('Login')).backgroundColor")
      equal(colour, 'rgb(1, 118, 211)')
      deepEqual(complaints, [])
    }))
})

describe('the keyboard alone', () => {
  test('fills in the login form and Enter submits it', () =>
    withPage(async (page) => {
      own.show({ document: login })
      await page.goto(own.origin)
      equal(await focused(page), 'username')
      await page.keyboard.type('ana@acme.example')
      await page.keyboard.press('Tab')
      equal(await focused(page), 'password')
      await page.keyboard.type('päss word&=+')
      await Promise.all([page.waitForURL('**/submitted'), page.keyboard.press('Enter')])
      const body = {
        csrf: 'token',
        startURL: '/next',
        username: 'ana@acme.example',
        pw: 'päss word&=+',
        Login: 'Log In',
      }
      deepEqual(own.arrived.at(-1), { method: 'POST', path: '/submitted', origin: own.origin, body })
    }))

  const orders = {
    login: ['username', 'password', 'Login', 'rememberUn'],
    verification: ['emc', 'RememberDeviceCheckbox', 'save', 'resend'],
    consent: ['', 'oadeny', 'oaapprove', ''], // the links have no id: "Not you?" before the buttons, "About the app" after
  }
  for (const [name, order] of Object.entries(orders))
    test(`walks the ${name} page in the order in which it reads`, () =>
      withPage(async (page) => {
        own.show({ document: everyPage(ordinary)[name] ?? '' })
        await page.goto(own.origin)
        const walked: string[] = (await page.evaluate<boolean>('document.activeElement !== document.body'))
          ? [await focused(page)]
          : []
        while (walked.length < order.length) {
          await page.keyboard.press('Tab')
          walked.push(await focused(page))
        }
        deepEqual(walked, order)
      }))
})

describe('a screen reader', () => {
  const named = new Set(['textbox', 'checkbox', 'button', 'link', 'heading'])

  test('hears a name for every field, box, button, link and heading of every page', () =>
    withPage(async (page) => {
      let heard = 0
      for (const [name, document] of Object.entries(everyPage(ordinary))) {
        for (const node of await accessibilityTree(page, document)) {
          if (!named.has(node.role)) continue
          heard += 1
          equal(node.name.trim() !== '', true, `a ${node.role} of ${name} has no name`)
        }
      }
      equal(heard > 50, true, `only ${heard} things were heard`)
    }))

  test('hears the error with the field that it concerns', () =>
    withPage(async (page) => {
      const tree = await accessibilityTree(page, everyPage(ordinary)['login-error'] ?? '')
      const password = tree.find((node) => node.name === 'Password')
      match(password?.description ?? '', /^Please check your username and password/)
      equal(
        tree.some((node) => node.role === 'alert'),
        true,
      )
    }))
})

type Node = { readonly role: string; readonly name: string; readonly description: string }

async function accessibilityTree(page: Page, document: string): Promise<Node[]> {
  own.show({ document })
  await page.goto(own.origin)
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const text = (value: { value?: unknown } | undefined) => (typeof value?.value === 'string' ? value.value : '')
  return nodes
    .filter((node) => !node.ignored)
    .map((node) => ({ role: text(node.role), name: text(node.name), description: text(node.description) }))
}

describe('a narrow screen', () => {
  test('of 320 pixels shows every page without sideways scrolling, also with long words', () =>
    withPage(
      async (page) => {
        for (const [name, document] of Object.entries(everyPage((text) => text.replaceAll(' ', '').repeat(6)))) {
          own.show({ document })
          await page.goto(own.origin)
          equal(await page.evaluate('document.documentElement.scrollWidth'), 320, name)
        }
      },
      { width: 320, height: 600 },
    ))
})

describe('hostile text', () => {
  const hostile = `x"'><script>document.title='owned'</script><img src=x onerror="document.title='owned'">&lt;`

  test('is shown as it is on every page, runs nothing and comes back unchanged', () =>
    withPage(async (page) => {
      for (const [name, document] of Object.entries(everyPage(() => hostile))) {
        own.show({ document })
        await page.goto(own.origin)
        match(await page.title(), / \| x"'><script>/)
        equal(await page.locator('script, img').count(), 0, name)
        for (const field of await page.locator('input[type=hidden]').all())
          equal(await field.getAttribute('value'), hostile, name)
      }
    }))
})

describe('the policy on forms', () => {
  test('lets a post be redirected to the callback that it names', () =>
    withPage(async (page) => {
      const callback = `${client.origin}/callback?code=1`
      own.show({ document: login, redirect: callback, headers: { formActions: [callback] } })
      await submitLogin(page)
      await page.waitForURL(callback)
      deepEqual(
        client.arrived.map((each) => each.path),
        ['/callback?code=1'],
      )
    }))

  test('stops a redirect to any other place', () =>
    withPage(async (page) => {
      own.show({
        document: login,
        redirect: `${client.origin}/callback`,
        headers: { formActions: ['https://other.example/'] },
      })
      const complaint = page.waitForEvent('console', (message) => message.text().includes('form-action'))
      await submitLogin(page)
      await complaint
      deepEqual(client.arrived, [])
    }))

  const callback = 'com.acme.app://oauth/done?code=1'
  const schemes = { 'com.acme.app://oauth/done': callback, 'com.other.app://x': 'the post itself' }
  for (const [formAction, reached] of Object.entries(schemes))
    test(`naming ${formAction}, a redirect to ${callback} gets as far as ${reached}`, () =>
      withPage(async (page) => {
        own.show({ document: login, redirect: callback, headers: { formActions: [formAction] } })
        // no app answers to the scheme here, so the request fails either way; where it fails tells who stopped it
        const failed = page.waitForEvent('requestfailed')
        await submitLogin(page)
        equal((await failed).url(), reached === callback ? callback : `${own.origin}/submitted`)
      }))
})

async function submitLogin(page: Page): Promise<void> {
  await page.goto(own.origin)
  await page.fill('#username', 'ana')
  await page.fill('#password', 'secret')
  await page.press('#password', 'Enter')
}

describe('a popup', () => {
  for (const [opener, expected] of [
    ['kept', 'open'],
    ['cut', 'closed'],
  ] as const)
    test(`whose page has its opener ${opener} looks ${expected} to the app that opened it`, () =>
      withPage(async (page) => {
        own.show({ document: login, headers: { formActions: [], opener } })
        client.show({ document: '<p>app', headers: { formActions: [], opener: 'kept' } })
        await page.goto(client.origin)
        const opened = page.waitForEvent('popup')
        await page.evaluate(`window.child = window.open(${JSON.stringify(own.origin)}, 'login', 'popup'); 0`)
        const popup = await opened
        await popup.waitForURL(`${own.origin}/`)
        // the browser tells the opener's process a little after the popup has its page
        if (expected === 'closed') await page.waitForFunction('window.child.closed')
        else equal(await page.evaluate('window.child.closed'), false)
        equal(await popup.evaluate('window.opener === null'), expected === 'closed')
      }))
})
