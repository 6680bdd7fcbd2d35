/** What a token endpoint says, read out of the body of its reply. Total: any text gives one of the three. */

export type TokenReply =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'error'; readonly error: string; readonly description: string }
  | { readonly kind: 'neither'; readonly why: string }

export type Tokens = {
  readonly accessToken: string
  /** Undefined: the one that was sent stays the one to keep (SF-45, SF-311). */
  readonly refreshToken: string | undefined
  readonly instanceUrl: string | undefined
  /** The identity URL, `https://HOST/id/ORG/USER` (SF-43). */
  readonly identity: string | undefined
  /** Milliseconds since 1970, as Salesforce writes it (SF-36). */
  readonly issuedAt: number | undefined
  readonly scope: string | undefined
  readonly signature: string | undefined
  /** Salesforce sends none; others do. */
  readonly expiresInSeconds: number | undefined
}

export function readTokenReply(body: string): TokenReply {
  const fields = objectOf(body)
  if (fields === undefined) return { kind: 'neither', why: body.trim() === '' ? 'it is empty' : 'it is not JSON' }
  const text = (name: string): string | undefined => {
    const value = fields[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const error = text('error')
  if (error !== undefined) return { kind: 'error', error, description: text('error_description') ?? '' }
  const accessToken = text('access_token')
  if (accessToken === undefined) return { kind: 'neither', why: 'it has neither access_token nor error' }
  return {
    kind: 'tokens',
    tokens: {
      accessToken,
      refreshToken: text('refresh_token'),
      instanceUrl: text('instance_url'),
      identity: text('id'),
      issuedAt: wholeNumber(fields['issued_at']),
      scope: text('scope'),
      signature: text('signature'),
      expiresInSeconds: wholeNumber(fields['expires_in']),
    },
  }
}

function objectOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function wholeNumber(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) return undefined
  return Number(text)
}
