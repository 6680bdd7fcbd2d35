/** A browser window of one's own, with an ear for what the browser complains of. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export type Window = {
  readonly page: Page
  /** Errors, warnings, blocked loads and failed requests, of this page and of those that it opens. */
  readonly complaints: readonly string[]
  [Symbol.asyncDispose](): Promise<void>
}

export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  context.on('weberror', (error) => void complaints.push(error.error().message))
  context.on('requestfailed', (request) => void complaints.push(`${request.url()} ${request.failure()?.errorText}`))
  const page = await context.newPage()
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}
