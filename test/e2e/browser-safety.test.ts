/** What Chromium is kept from: callbacks that are not registered, cookies in the hands of scripts, frames, other apps' consents. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { startOrg } from '../../src/testing.ts'
import { openBrowser } from '../browser/launch.ts'
import { consumerKey } from './application.ts'
import { allow, heading, isConsent, isLogin, logIn, toConsent, withScene, type Scene, type Setting } from './scene.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

const scene = (act: (scene: Scene) => Promise<void>, setting: Setting = {}): Promise<void> =>
  withScene(browser, setting, act)

describe('the redirect of an authorization', () => {
  test('SF-83: reaches the callback that was asked for, of the two that are registered', () =>
    scene(async ({ page, application, org }) => {
      const other = `${application.origin}/callback?tenant=7`
      const callbackUrl = `${application.callback}\n${other}`
      const saved = await org.admin('/apps/Orders', { method: 'PATCH', body: { globalOauthSettings: { callbackUrl } } })
      equal(saved.status, 200)
      await page.goto(`${application.origin}/connect?redirect_uri=${encodeURIComponent(other)}`)
      await logIn(page)
      await page.waitForURL(isConsent)
      await page.click('#oadeny')
      await page.waitForURL(`${other}&**`)
      deepEqual(Object.keys(application.arrived[0] ?? {}).toSorted(), ['error', 'error_description', 'state', 'tenant'])
    }))

  const wrong = {
    'another host': () => 'https://evil.example/callback',
    'a longer path': (callback: string) => `${callback}/more`,
    'another case': (callback: string) => callback.replace('callback', 'Callback'),
    'a query that is not registered': (callback: string) => `${callback}?next=https://evil.example`,
  }
  for (const [what, change] of Object.entries(wrong))
    test(`SF-81, SF-83: to ${what} ends on a page with 400, before any login, and nothing leaves the org`, () =>
      scene(async ({ page, application, org, complaints }) => {
        const asked = encodeURIComponent(change(application.callback))
        const response = await page.goto(`${application.origin}/connect?redirect_uri=${asked}`)
        equal(response?.status(), 400)
        equal(new URL(page.url()).origin, org.url)
        match(
          (await response?.text()) ?? '',
          /error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration/,
        )
        equal(await heading(page), 'We can’t authorize you')
        deepEqual(application.arrived, [])
        deepEqual(
          complaints.filter((text) => !text.includes('status of 400')),
          [],
        )
      }))

  test('SF-81: for a client that nobody knows ends there too', () =>
    scene(async ({ page, application }) => {
      const response = await page.goto(`${application.origin}/connect?client_id=3MVG9nobody`)
      equal(response?.status(), 400)
      match((await response?.text()) ?? '', /error=invalid_client_id/)
    }))

  test('SF-65: without a challenge goes back to the application with the error', () =>
    scene(async ({ page, application }) => {
      await page.goto(`${application.origin}/connect?code_challenge=`)
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Not connected: invalid_request')
    }))
})

describe('what the browser holds', () => {
  test('cookies are out of reach of scripts and of other sites, and none but the login’s outlives what it must', () =>
    scene(async ({ page, application, org }) => {
      await toConsent(page, application)
      const cookies = await page.context().cookies(org.url)
      const attributes = cookies.map(({ name, httpOnly, sameSite, path, secure, expires }) => {
        return [name, httpOnly, sameSite, path, secure, expires]
      })
      const own = attributes.filter(([name]) => name !== 'visitor') // the application's: a port does not part cookies
      ok(own.some(([name]) => name === 'sid'))
      for (const [, ...rest] of own) deepEqual(rest, [true, 'Lax', '/', false, -1])
      equal(await page.evaluate('document.cookie'), '')
    }))

  test('behind https they are of this host alone, and secure', async () => {
    const org = await startOrg({ configuration: { publicUrl: 'https://login.acme.example' } })
    try {
      const [line = ''] = (await fetch(`${org.url}/login`)).headers.getSetCookie()
      match(line, /^__Host-\w+=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    } finally {
      await org.close()
    }
  })

  test('no page of another site can show the login in a frame', () =>
    scene(async ({ page, application, org }) => {
      await page.goto(application.origin)
      const refusal = page.waitForEvent('console', (message) => /frame/.test(message.text()))
      await page.setContent(`<iframe src="${org.url}/login"></iframe>`)
      match((await refusal).text(), /frame-ancestors|X-Frame-Options/)
      equal(await page.frameLocator('iframe').locator('#password').count(), 0)
    }))
})

describe('a popup', () => {
  test('SF-79: display=popup shows the narrow pages, and the application hears from its callback', () =>
    scene(
      async ({ page, application, complaints }) => {
        await page.goto(application.origin)
        await page.evaluate(
          `window.heard = new Promise((hear) => addEventListener('message', ({ data }) => hear(data))); 0`,
        )
        const opened = page.waitForEvent('popup')
        await page.evaluate(`window.open('/connect?display=popup', 'login', 'popup,width=480,height=600'); 0`)
        const popup = await opened
        await popup.waitForURL(isLogin)
        equal(await popup.locator('body.sp-display_popup').count(), 1)
        await logIn(popup)
        await popup.waitForURL(isConsent)
        equal(await popup.locator('body.sp-display_popup').count(), 1)
        await popup.click('#oaapprove')
        equal(await page.evaluate('window.heard'), 'Connected')
        deepEqual(complaints, [])
      },
      { window: { viewport: { width: 1000, height: 700 } } },
    ))
})

describe('an application of many', () => {
  test('names itself: another app’s consent is asked for apart', () =>
    scene(async ({ page, application, org }) => {
      await toConsent(page, application)
      await allow(page, application)
      const globalOauthSettings = { consumerKey: `${consumerKey}2`, callbackUrl: application.callback }
      const oauthSettings = { commaSeparatedOauthScopes: 'Api' }
      const second = { name: 'Second', contactEmail: 'two@ordersync.example', globalOauthSettings, oauthSettings }
      equal((await org.admin('/apps', { body: second })).status, 201)
      await page.goto(`${application.origin}/connect?client_id=${consumerKey}2`)
      await page.waitForURL(isConsent)
      match(await page.locator('main').innerText(), /Second is asking to/)
    }))
})
