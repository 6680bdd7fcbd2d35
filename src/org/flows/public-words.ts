/** What a client is told of a refusal: the catalogue's words, with the installation's choices where public sources disagree (fact book, section 26). */
import type { OrgConfiguration } from '../configuration.ts'
import { errors, type ErrorCode } from '../rules/errors/catalogue.ts'
import type { CompatKey } from '../rules/errors/entry.ts'

/** `status` is the HTTP status of a direct answer; a redirect carries only the other two, and always both (SF-71). */
export type SpokenWords = { readonly status: number; readonly error: string; readonly description: string }

export type Choices = Pick<OrgConfiguration, 'compat' | 'pkce'>

export function publicWords(code: ErrorCode, configuration: Choices): SpokenWords {
  const { status, error, description, compat } = errors[code].public
  const words = { status, error, description }
  return compat === undefined ? words : { ...words, ...chosen(compat, configuration) }
}

function chosen(key: CompatKey, { compat, pkce }: Choices): Partial<SpokenWords> {
  switch (key) {
    case 'allowlistDescription':
    case 'inFlightDescription':
    case 'audienceDescription':
    case 'badAssertion':
      return { description: compat[key] }
    case 'unknownClientError':
    case 'denyCode':
      return { error: compat[key] }
    case 'mismatchError':
    case 'missingError':
      return { error: pkce[key] }
    case 'revokeUnknownStatus':
    case 'invalidClientStatus':
      return { status: compat[key] }
  }
}
