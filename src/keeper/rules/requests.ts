/** The forms that go to a token endpoint. Whoever sends them decides when. */

export type Authentication = 'post' | 'basic' | 'private_key_jwt'

/** How an app proves itself (SF-15): most of Salesforce's clients send the secret in the form. A public client has none. */
export type AppCredentials = {
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly authentication: Authentication
  /** In the place of a secret (RFC 7523 section 2.2). */
  readonly assertion?: AssertionMaker | undefined
}

export type AssertionMaker = {
  /** Another one at each call, for minutes: called when the request is about to be written. */
  readonly make: () => string
  /** Of the key. */
  readonly fingerprint: string
}

/** `path` on the login host. The body is a form. */
export type FormRequest = {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

export const refreshRequest = (app: AppCredentials, refreshToken: string): FormRequest =>
  form(app, '/services/oauth2/token', { grant_type: 'refresh_token', refresh_token: refreshToken })

/** The web server flow's second half, with PKCE (RFC 7636 section 4.5). */
export const codeRequest = (
  app: AppCredentials,
  given: { readonly code: string; readonly redirectUri: string; readonly verifier: string },
): FormRequest =>
  form(app, '/services/oauth2/token', {
    grant_type: 'authorization_code',
    code: given.code,
    redirect_uri: given.redirectUri,
    code_verifier: given.verifier,
  })

/** SF-118; it spends nothing (SF-119). */
export const introspectionRequest = (app: AppCredentials, refreshToken: string): FormRequest =>
  form(app, '/services/oauth2/introspect', { token: refreshToken, token_type_hint: 'refresh_token' })

/** SF-113: nobody has to prove who he is. */
export const revocationRequest = (token: string): FormRequest => ({
  path: '/services/oauth2/revoke',
  authorization: undefined,
  body: encode({ token }),
})

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

function form(app: AppCredentials, path: string, fields: Readonly<Record<string, string>>): FormRequest {
  const { clientId, clientSecret, authentication, assertion } = app
  if (assertion !== undefined) {
    const proof = { client_id: clientId, client_assertion_type: assertionType, client_assertion: assertion.make() }
    return { path, authorization: undefined, body: encode({ ...fields, ...proof }) }
  }
  if (authentication === 'basic' && clientSecret !== undefined)
    return { path, authorization: basic(clientId, clientSecret), body: encode(fields) }
  const secretField = clientSecret === undefined ? {} : { client_secret: clientSecret }
  return { path, authorization: undefined, body: encode({ ...fields, client_id: clientId, ...secretField }) }
}

const encode = (fields: Readonly<Record<string, string>>): string => new URLSearchParams({ ...fields }).toString()

/** RFC 6749 section 2.3.1: each part is encoded as in a form first. */
const basic = (id: string, clientSecret: string): string => `Basic ${btoa(`${formText(id)}:${formText(clientSecret)}`)}`
const formText = (text: string): string => encode({ x: text }).slice(2)

/** What tells one proof from another, e.g. for whose answer it was; holds the secret, so it is to be hashed. */
export const proofOf = ({ clientId, clientSecret, assertion }: AppCredentials): readonly (string | null)[] => [
  clientId,
  clientSecret ?? assertion?.fingerprint ?? null,
]

/** What introspection says of a refresh token (SF-118): only a whole, well-formed `active` counts as an answer. */
export function readIntrospection(status: number, body: string): 'active' | 'inactive' | 'cannot-tell' {
  if (status !== 200) return 'cannot-tell'
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || !('active' in value)) return 'cannot-tell'
    return value.active === true ? 'active' : value.active === false ? 'inactive' : 'cannot-tell'
  } catch {
    return 'cannot-tell'
  }
}
