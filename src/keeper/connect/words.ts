/** What the person in the browser is told at the end of a login. */
import { KeeperError } from '../keeper-error.ts'
import type { Answered } from './loopback.ts'
import { pageOf, type Page } from './page.ts'

export const connectedPage = (connection: string): Page =>
  pageOf({
    ...{ status: 200, title: 'Connected' },
    lines: [`${connection} is authorized. You can close this window.`],
  })

/** Of an error that is none of ours nothing is told: it is in the log. */
export function failedPage(cause: unknown): Page {
  if (!(cause instanceof KeeperError))
    return pageOf({
      status: 500,
      title: 'Not connected',
      lines: ['Something failed here; the log of the keeper says what.'],
    })
  const status = cause.code === 'NOT_SENT' || cause.code === 'CLOSED' ? 503 : cause.code === 'LINK_OVER' ? 410 : 400
  return pageOf({ status, title: 'Not connected', lines: [cause.message, ...cause.next] })
}

/** After a fault of ours nothing was sent, and the page may be loaded again. */
export const mayComeAgain = (cause: unknown): boolean => !(cause instanceof KeeperError) || cause.code === 'NOT_SENT'

export async function answeredBy(connection: string, take: () => Promise<unknown>): Promise<Answered> {
  try {
    await take()
    return { page: connectedPage(connection), over: true }
  } catch (cause) {
    return { page: failedPage(cause), over: !mayComeAgain(cause) }
  }
}
