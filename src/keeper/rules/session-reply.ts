/** What a 401 of the REST API says of the access token (SF-73). */

/** The session is over, and another token would serve. Where it is refused for its address or by a policy, another one would be refused as well. */
export function sessionIsOver(status: number, body: string): boolean {
  if (status !== 401) return false
  return faultsIn(body).some(
    ({ errorCode, message }) =>
      errorCode === 'INVALID_SESSION_ID' && message !== 'This session is not valid for use with the REST API',
  )
}

type Fault = { readonly errorCode?: unknown; readonly message?: unknown }

function faultsIn(body: string): readonly Fault[] {
  try {
    const value: unknown = JSON.parse(body)
    const all: readonly unknown[] = Array.isArray(value) ? value : [value]
    return all.filter((each): each is Fault => typeof each === 'object' && each !== null)
  } catch {
    return []
  }
}
