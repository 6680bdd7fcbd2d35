/** A form as the bytes of a request, and the place that it goes to. */
import type { FormRequest } from '../rules/requests.ts'
import type { PostRequest } from '../rules/http-request.ts'

/** The body holds secrets: it is erased by whoever has sent it. */
export function postOf({ path, authorization, body }: FormRequest): PostRequest {
  return {
    path,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Accept': 'application/json',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    },
    body: new TextEncoder().encode(body),
  }
}

/** Of a login host, e.g. `https://login.salesforce.com`. Throws where it is no URL: it was checked when it was stored. */
export function destinationOf(loginUrl: string): {
  readonly host: string
  readonly port: number
  readonly secure: boolean
} {
  const { protocol, hostname, port } = new URL(loginUrl)
  const secure = protocol === 'https:'
  return { host: hostname, port: port === '' ? (secure ? 443 : 80) : Number(port), secure }
}
