/** What most browser tests begin with: an application, the org that it connects to, a window of a Chromium that they share. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startOrg, type StartOrgOptions, type TestOrg } from '../../src/testing.ts'
import { openApplication, type Application } from './application.ts'
import { openWindow, type Window } from './window.ts'

export const ana = {
  username: 'ana@acme.example',
  password: 'a long pässword of Ana',
  email: 'ana@acme.example',
} as const
export const people: Pick<StartOrgOptions, 'organization' | 'users'> = {
  organization: { name: 'Acme Manufacturing' },
  users: [{ ...ana, firstName: 'Ana', lastName: 'Pereira' }],
}

export type Scene = { readonly org: TestOrg; readonly application: Application } & Window
export type Setting = {
  readonly org?: (application: Application) => StartOrgOptions
  readonly window?: BrowserContextOptions
}

/** Everything of one test, opened before it and closed after it. */
export async function withScene(
  browser: Browser,
  { org: optionsFor, window }: Setting,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  await using application = await openApplication()
  const { configuration, ...options } = optionsFor?.(application) ?? { ...people, apps: [application.app] }
  const passwordHashing = { costLog2: 10 } // what it costs is not what is looked at here
  const org = await startOrg({ ...options, configuration: { passwordHashing, ...configuration } })
  try {
    application.connectTo(org.url)
    await using own = await openWindow(browser, window)
    await act({ org, application, ...own })
  } finally {
    await org.close()
  }
}

export async function logIn(page: Page, password: string = ana.password): Promise<void> {
  await page.fill('#username', ana.username)
  await page.fill('#password', password)
  await page.click('#Login')
}

export const heading = (page: Page): Promise<string> => page.locator('h1').innerText()
export const isLogin = (url: URL): boolean => url.search.startsWith('?ec=302')
export const isConsent = (url: URL): boolean => url.pathname === '/setup/secur/RemoteAccessAuthorizationPage.apexp'

/** From the application to the consent page. */
export async function toConsent(page: Page, application: Application): Promise<void> {
  await page.goto(`${application.origin}/connect`)
  await page.waitForURL(isLogin)
  await logIn(page)
  await page.waitForURL(isConsent)
}

/** Allows, and waits for what the application makes of it. */
export async function allow(page: Page, { callback }: Application): Promise<string> {
  await page.click('#oaapprove')
  await page.waitForURL(`${callback}?**`)
  return await heading(page)
}
