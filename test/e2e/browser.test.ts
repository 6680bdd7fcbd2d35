/** A person, Chromium, an application and a running org: the whole way from the link in the application to its tokens. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { TestOrg } from '../../src/testing.ts'
import { openBrowser } from '../browser/launch.ts'
import {
  allow,
  ana,
  heading,
  isConsent,
  isLogin,
  logIn,
  people,
  toConsent,
  withScene,
  type Scene,
  type Setting,
} from './scene.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

const scene = (act: (scene: Scene) => Promise<void>, setting: Setting = {}): Promise<void> =>
  withScene(browser, setting, act)

describe('a person in Chromium', () => {
  test('goes from the application over login and consent to the callback, and is connected', () =>
    scene(async ({ page, application, complaints }) => {
      await page.goto(application.origin)
      await page.click('text=Connect')
      await page.waitForURL(isLogin)
      equal(await heading(page), 'Log In')
      match(await page.locator('main').innerText(), /to continue to Order Sync/)
      await logIn(page)
      await page.waitForURL(isConsent)
      match(
        await page.locator('main').innerText(),
        /Order Sync[\s\S]*Ana Pereira \(ana@acme\.example\)[\s\S]*support@ordersync\.example/,
      )
      equal(await allow(page, application), 'Connected')
      equal(application.arrived.length, 1)
      deepEqual(Object.keys(application.arrived[0] ?? {}).toSorted(), ['code', 'state'])
      deepEqual(complaints, [])
    }))

  test('SF-70: who denies returns with access_denied and the state, and has given nothing', () =>
    scene(async ({ page, application, complaints, org }) => {
      await toConsent(page, application)
      await page.click('#oadeny')
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Not connected: access_denied')
      const { state, ...rest } = application.arrived[0] ?? {}
      deepEqual(rest, { error: 'access_denied', error_description: 'end-user denied authorization' })
      match(state ?? '', / &=%é$/)
      deepEqual(JSON.parse(await (await org.admin('/oauth-usage')).text()).grants, [])
      deepEqual(complaints, [])
    }))

  test('a wrong password shows the error beside the name that was typed, and logs nobody in', () =>
    scene(async ({ page, application, complaints }) => {
      await page.goto(`${application.origin}/connect`)
      await page.waitForURL(isLogin)
      await logIn(page, 'wrong')
      const error = page.locator('div#error.loginError')
      match(await error.innerText(), /^Please check your username and password/)
      equal(await page.inputValue('#username'), ana.username)
      equal(await page.inputValue('#password'), '')
      await page.locator('#password:focus').waitFor()
      equal(
        (await page.context().cookies()).some(({ name }) => name === 'sid'),
        false,
      )
      await logIn(page)
      await page.waitForURL(isConsent)
      deepEqual(complaints, [])
    }))

  test('a second authorization needs neither login nor consent', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await allow(page, application)
      await page.goto(`${application.origin}/connect`)
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')
      notEqual(application.arrived[0]?.['code'], application.arrived[1]?.['code'])
    }))

  test('SF-78: prompt=login asks for the password again, prompt=consent for the consent', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await allow(page, application)
      await page.goto(`${application.origin}/connect?prompt=login`)
      await page.waitForURL(isLogin)
      await logIn(page)
      await page.waitForURL(`${application.callback}?**`)
      await page.goto(`${application.origin}/connect?prompt=consent`)
      await page.waitForURL(isConsent)
      equal(await allow(page, application), 'Connected')
    }))

  test('SF-77: login_hint is filled in already, and the cursor waits in the password', () =>
    scene(async ({ page, application }) => {
      await page.goto(`${application.origin}/connect?login_hint=${encodeURIComponent(ana.username)}`)
      equal(await page.inputValue('#username'), ana.username)
      await page.locator('#password:focus').waitFor()
    }))

  test('"Not you?" logs out and begins the same authorization again', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await page.click('text=Not you?')
      await page.waitForURL(isLogin)
      await logIn(page)
      await page.waitForURL(isConsent)
      equal(await allow(page, application), 'Connected')
    }))

  test('who goes back after allowing is led on with a fresh code, and the application refuses the state that it has had', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await allow(page, application)
      await page.goBack()
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'The state is not ours')
      const [first, second] = application.arrived
      deepEqual([first?.['state'], first?.['code'] === second?.['code']], [second?.['state'], false])
    }))

  test('SF-88: logs in on two pages where the org asks in two steps', () =>
    scene(
      async ({ page, application, complaints }) => {
        await page.goto(`${application.origin}/connect`)
        equal(await page.locator('#password').count(), 0)
        await page.fill('#username', ana.username)
        await page.click('#Login')
        await page.fill('#password', ana.password)
        await page.click('#Login')
        await page.waitForURL(isConsent)
        deepEqual(complaints, [])
      },
      { org: ({ app }) => ({ ...people, apps: [app], configuration: { pages: { loginSteps: 2 } } }) },
    ))
})

describe('without a mouse', () => {
  test('the keyboard alone walks from the application to the callback', () =>
    scene(async ({ page, application }) => {
      await page.goto(application.origin)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForURL(isLogin)
      await page.locator('#username:focus').waitFor()
      await page.keyboard.type(ana.username)
      await page.keyboard.press('Tab')
      await page.keyboard.type(ana.password)
      await page.keyboard.press('Enter')
      await page.waitForURL(isConsent)
      await page.keyboard.press('Enter')
      ok(isConsent(new URL(page.url())), 'an absent-minded Enter approves nothing')
      for (let steps = 0; steps < 10; steps += 1) {
        await page.keyboard.press('Tab')
        if ((await page.evaluate('document.activeElement.id')) === 'oaapprove') break
      }
      await page.keyboard.press('Enter')
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')
    }))
})

describe('without JavaScript', () => {
  test('everything goes: wrong password, login, consent, denial, logout', () =>
    scene(
      async ({ page, application, org, complaints }) => {
        await page.goto(`${application.origin}/connect`)
        await logIn(page, 'wrong')
        await page.locator('div#error').waitFor()
        await logIn(page)
        await page.waitForURL(isConsent)
        await page.click('#oadeny')
        await page.waitForURL(`${application.callback}?**`)
        await page.goto(`${application.origin}/connect`)
        await page.waitForURL(isConsent)
        equal(await allow(page, application), 'Connected')
        await page.goto(org.url)
        equal(await heading(page), 'You’re logged in')
        await page.click('#logout')
        equal(await heading(page), 'You’re logged out')
        deepEqual(complaints, [])
      },
      { window: { javaScriptEnabled: false } },
    ))
})

describe('an unknown browser outside the trusted ranges', () => {
  const untrusted: Setting = { org: ({ app }) => ({ file: JSON.stringify({ ...people, externalClientApps: [app] }) }) }
  const codeOf = async (org: TestOrg): Promise<string> => {
    const response = await org.admin(`/users/${ana.username}/verification-code`)
    return JSON.parse(await response.text()).code
  }

  test('SF-315: is asked for a code, refuses a wrong one, and is known from then on', () =>
    scene(async ({ page, application, org, complaints }) => {
      await page.goto(`${application.origin}/connect`)
      await logIn(page)
      equal(await heading(page), 'Verify Your Identity')
      match(await page.locator('main').innerText(), /sent to a•+@acme\.example/)
      await page.locator('#emc:focus').waitFor()
      const code = await codeOf(org)
      match(code, /^\d{6}$/)
      await page.fill('#emc', code === '000000' ? '000001' : '000000')
      await page.click('#save')
      match(await page.locator('div#error').innerText(), /^That code is wrong or has expired/)
      await page.fill('#emc', await codeOf(org))
      await page.click('#save')
      await page.waitForURL(isConsent)
      equal(await allow(page, application), 'Connected')

      await page.goto(`${org.url}/secur/logout.jsp`)
      await page.goto(`${application.origin}/connect`)
      await page.waitForURL(isLogin)
      await logIn(page)
      await page.waitForURL(`${application.callback}?**`)
      deepEqual(complaints, [])
    }, untrusted))

  test('another browser is asked again, and a code sent anew replaces the first', () =>
    scene(async ({ page, application, org }) => {
      await page.goto(`${application.origin}/connect`)
      await logIn(page)
      const first = await codeOf(org)
      await page.click('#resend')
      const second = await codeOf(org)
      notEqual(first, second, 'one in a million is the same')
      await page.fill('#emc', first)
      await page.click('#save')
      match(await page.locator('div#error').innerText(), /^That code is wrong or has expired/)
      await page.fill('#emc', second)
      await page.press('#emc', 'Enter')
      await page.waitForURL(isConsent)
    }, untrusted))
})
