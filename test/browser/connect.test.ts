/** Logins as a person has them: in Chromium, through the org's own pages, into a running keeper. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { RunningKeeper } from '../../src/keeper/service/service.ts'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import { freePort, orgOptions } from '../keeper/login-kit.ts'
import { askAt, openService, type Answer } from '../keeper/service-scene.ts'
import { openBrowser } from './launch.ts'

describe('in Chromium', () => {
  let browser: Browser
  let org: TestOrg
  let keeper: RunningKeeper
  let folder: string
  let loopback: string
  const ask = async (path: string, body?: unknown): Promise<Answer> =>
    await askAt(`${keeper.url}${path}`, { body, token: keeper.token.token.expose() })

  before(async () => {
    const port = await freePort()
    loopback = `http://localhost:${await freePort()}/OauthRedirect`
    org = await startOrg(orgOptions([`http://127.0.0.1:${port}/oauth/callback`, loopback]))
    folder = await mkdtemp(join(tmpdir(), 'keeper-chromium-'))
    keeper = await openService(folder, { listen: `127.0.0.1:${port}` })
    await keeper.keeper.saveApp({
      ...{ name: 'partner', loginUrl: org.url, clientId: org.client.consumerKey },
      ...{ clientSecret: secret(org.client.consumerSecret), redirectUri: loopback },
    })
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await keeper.close()
    await org.close()
    await rm(folder, { recursive: true })
  })

  /** On a phone, so that what does not fit shows. */
  async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    try {
      await use(page)
      deepEqual(complaints, [])
    } finally {
      await context.close()
    }
  }

  async function logIn(page: Page): Promise<void> {
    await page.fill('#username', org.user.username)
    await page.fill('#password', org.user.password)
    await page.click('#Login')
  }

  test('a person logs in, allows it, and comes back to the loopback listener', () =>
    withPage(async (page) => {
      const begun = await keeper.keeper.connect('partner', { id: 'acme', prompt: 'consent' })
      await page.goto(begun.url)
      await logIn(page)
      await page.click('#oaapprove')
      await page.waitForURL(`${loopback}**`)
      equal(await page.title(), 'Connected')
      match((await page.textContent('main')) ?? '', /acme is authorized/)
      equal((await begun.done).generation, 1)
    }))

  test('a person opens a reauthorization link, presses its button, logs in, and is told', () =>
    withPage(async (page) => {
      const link = await ask('/v1/connections/acme/reauthorization-link', {})
      await page.goto(link.body.url)
      equal(await page.title(), 'Authorize acme again')
      equal(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), true)
      const colour = await page.evaluate<string>("getComputedStyle(document.querySelector('button')).backgroundColor")
      equal(colour, 'rgb(1, 118, 211)')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForSelector('#username')
      await logIn(page)
      await page.waitForURL('**/oauth/callback**')
      match((await page.textContent('main')) ?? '', /acme is authorized/)
      equal((await ask('/v1/connections/acme')).body.generation, 2)
      equal((await askAt(link.body.url, { token: null })).status, 410)
    }))
})
