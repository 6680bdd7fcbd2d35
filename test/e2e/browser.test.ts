/** A person, Chromium, an application and a running org: the whole way from the link in the application to its tokens. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startOrg, type StartOrgOptions, type TestOrg } from '../../src/testing.ts'
import { openBrowser } from '../browser/launch.ts'
import { consumerKey, openApplication, type Application } from './application.ts'
import { openWindow, type Window } from './window.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

const ana = { username: 'ana@acme.example', password: 'a long pässword of Ana', email: 'ana@acme.example' }
const people = {
  organization: { name: 'Acme Manufacturing' },
  users: [{ ...ana, firstName: 'Ana', lastName: 'Pereira' }],
}

type Scene = { readonly org: TestOrg; readonly application: Application } & Window

/** Everything of one test: an application, the org that it connects to, a window. */
async function scene(
  act: (scene: Scene) => Promise<void>,
  { options = {}, window = {} }: { options?: StartOrgOptions; window?: Parameters<typeof openWindow>[1] } = {},
): Promise<void> {
  await using application = await openApplication()
  const org = await startOrg({ ...people, apps: [application.app], ...options })
  try {
    application.connectTo(org.url)
    await using own = await openWindow(browser, window)
    await act({ org, application, ...own })
  } finally {
    await org.close()
  }
}

async function logIn(page: Page, { username, password } = ana): Promise<void> {
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('#Login')
}

const heading = (page: Page): Promise<string> => page.locator('h1').innerText()
const isLogin = (url: URL): boolean => url.search.startsWith('?ec=302')
const isConsent = (url: URL): boolean => url.pathname === '/setup/secur/RemoteAccessAuthorizationPage.apexp'

/** From the application to the consent page. */
async function toConsent(page: Page, application: Application): Promise<void> {
  await page.goto(`${application.origin}/connect`)
  await page.waitForURL(isLogin)
  await logIn(page)
  await page.waitForURL(isConsent)
}

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
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')
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
      await logIn(page, { ...ana, password: 'wrong' })
      const error = page.locator('div#error.loginError')
      match(await error.innerText(), /^Please check your username and password/)
      equal(await page.inputValue('#username'), ana.username)
      equal(await page.inputValue('#password'), '')
      equal(await page.evaluate('document.activeElement.id'), 'password')
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
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      await page.goto(`${application.origin}/connect`)
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')
      notEqual(application.arrived[0]?.['code'], application.arrived[1]?.['code'])
    }))

  test('SF-78: prompt=login asks for the password again, prompt=consent for the consent', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      await page.goto(`${application.origin}/connect?prompt=login`)
      await page.waitForURL(isLogin)
      await logIn(page)
      await page.waitForURL(`${application.callback}?**`)
      await page.goto(`${application.origin}/connect?prompt=consent`)
      await page.waitForURL(isConsent)
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')
    }))

  test('SF-77: login_hint is filled in already, and the cursor waits in the password', () =>
    scene(async ({ page, application }) => {
      await page.goto(`${application.origin}/connect?login_hint=${encodeURIComponent(ana.username)}`)
      equal(await page.inputValue('#username'), ana.username)
      equal(await page.evaluate('document.activeElement.id'), 'password')
    }))

  test('"Not you?" logs out and begins the same authorization again', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await page.click('text=Not you?')
      await page.waitForURL(isLogin)
      await logIn(page)
      await page.waitForURL(isConsent)
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')
    }))

  test('who goes back after allowing is led on with a fresh code, and the application refuses the state that it has had', () =>
    scene(async ({ page, application }) => {
      await toConsent(page, application)
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
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
      { options: { configuration: { pages: { loginSteps: 2 } } } },
    ))
})

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
    'another host': (_: string) => 'https://evil.example/callback',
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

describe('an unknown browser outside the trusted ranges', () => {
  const untrusted = (application: Application): StartOrgOptions => ({
    file: JSON.stringify({ ...people, externalClientApps: [application.app] }),
  })
  const codeOf = async (org: TestOrg): Promise<string> => {
    const response = await org.admin(`/users/${ana.username}/verification-code`)
    return JSON.parse(await response.text()).code
  }

  test('SF-315: is asked for a code, refuses a wrong one, and is known from then on', async () => {
    await using application = await openApplication()
    const org = await startOrg(untrusted(application))
    await using window = await openWindow(browser)
    const { page, complaints } = window
    try {
      application.connectTo(org.url)
      await page.goto(`${application.origin}/connect`)
      await logIn(page)
      equal(await heading(page), 'Verify Your Identity')
      match(await page.locator('main').innerText(), /sent to a•+@acme\.example/)
      equal(await page.evaluate('document.activeElement.id'), 'emc')
      const code = await codeOf(org)
      match(code, /^\d{6}$/)
      await page.fill('#emc', code === '000000' ? '000001' : '000000')
      await page.click('#save')
      match(await page.locator('div#error').innerText(), /^That code is wrong or has expired/)
      await page.fill('#emc', await codeOf(org))
      await page.click('#save')
      await page.waitForURL(isConsent)
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      equal(await heading(page), 'Connected')

      await page.goto(`${org.url}/secur/logout.jsp`)
      await page.goto(`${application.origin}/connect`)
      await page.waitForURL(isLogin)
      await logIn(page)
      await page.waitForURL(`${application.callback}?**`)
      deepEqual(complaints, [])
    } finally {
      await org.close()
    }
  })

  test('another browser is asked again, and a code sent anew replaces the first', async () => {
    await using application = await openApplication()
    const org = await startOrg(untrusted(application))
    await using window = await openWindow(browser)
    const { page } = window
    try {
      application.connectTo(org.url)
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
    } finally {
      await org.close()
    }
  })
})

describe('without a mouse', () => {
  test('the keyboard alone walks from the application to the callback', () =>
    scene(async ({ page, application }) => {
      await page.goto(application.origin)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForURL(isLogin)
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
        await logIn(page, { ...ana, password: 'wrong' })
        await page.locator('div#error').waitFor()
        await logIn(page)
        await page.waitForURL(isConsent)
        await page.click('#oadeny')
        await page.waitForURL(`${application.callback}?**`)
        await page.goto(`${application.origin}/connect`)
        await page.waitForURL(isConsent)
        await page.click('#oaapprove')
        await page.waitForURL(`${application.callback}?**`)
        equal(await heading(page), 'Connected')
        await page.goto(org.url)
        equal(await heading(page), 'You’re logged in')
        await page.click('#logout')
        equal(await heading(page), 'You’re logged out')
        deepEqual(complaints, [])
      },
      { window: { javaScriptEnabled: false } },
    ))
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
      await page.click('#oaapprove')
      await page.waitForURL(`${application.callback}?**`)
      const globalOauthSettings = { consumerKey: `${consumerKey}2`, callbackUrl: application.callback }
      const oauthSettings = { commaSeparatedOauthScopes: 'Api' }
      const second = { name: 'Second', contactEmail: 'two@ordersync.example', globalOauthSettings, oauthSettings }
      equal((await org.admin('/apps', { body: second })).status, 201)
      await page.goto(`${application.origin}/connect?client_id=${consumerKey}2`)
      await page.waitForURL(isConsent)
      match(await page.locator('main').innerText(), /Second is asking to/)
    }))
})
