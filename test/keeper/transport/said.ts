/** What clients and servers of these tests say. */

export const tokens: string = json('{"access_token":"00Dx!AQ","refresh_token":"5Aep861next"}')

export function json(body: string, status: string = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** Whether head and body of a request have come. */
export function isWhole(said: string): boolean {
  const end = said.indexOf('\r\n\r\n')
  const length = Number(/content-length: (\d+)/i.exec(said)?.[1] ?? 0)
  return end >= 0 && said.length >= end + 4 + length
}
