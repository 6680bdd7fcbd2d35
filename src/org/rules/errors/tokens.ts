/** Refusals of a refresh token. Salesforce tells all of them apart by nothing (SF-49, SF-189). */
import { type CatalogueEntry, entry, reauthorize } from './entry.ts'

export type TokenErrorCode =
  'TOKEN_NOT_OURS' | 'TOKEN_OF_ANOTHER_APP' | 'TOKEN_REPLAYED' | 'TOKEN_REVOKED' | 'TOKEN_IN_FLIGHT' | 'STORE_WENT_BACK'

const gone = { status: 400, error: 'invalid_grant', description: 'expired access/refresh token' } as const // SF-49

export const tokenErrors: Readonly<Record<TokenErrorCode, CatalogueEntry>> = {
  TOKEN_NOT_OURS: entry('SF-49', gone, ['Failed: Expired Access/Refresh Token', 'token_unknown'], {
    means: () => 'This org never issued that refresh token.',
    next: () => ['Compare the login host and the stored token.', ...reauthorize()],
  }),
  TOKEN_OF_ANOTHER_APP: entry('SF-22', gone, ['Failed: Expired Access/Refresh Token', 'token_of_another_app'], {
    means: ({ app }) => `The refresh token was issued to another app than ${app}.`,
    next: () => ['Send the token with the consumer key that it was issued to.'],
  }),
  TOKEN_REPLAYED: entry('SF-188', gone, ['Failed: Expired Access/Refresh Token', 'reuse'], {
    means: ({ generation, current }) =>
      `A refresh token of generation ${generation} came back although generation ${current} is current: two parties hold this family, so it was revoked.`,
    next: () => ['Find out who still holds the older token.', ...reauthorize()],
  }),
  TOKEN_REVOKED: entry('SF-49', gone, ['Failed: Expired Access/Refresh Token', 'revoked'], {
    means: ({ reason }) => `The family of this refresh token was ended earlier: ${reason}.`,
    next: reauthorize,
  }),
  TOKEN_IN_FLIGHT: entry(
    'SF-53',
    {
      status: 400,
      error: 'invalid_grant',
      description: 'token request is already being processed',
      compat: 'inFlightDescription',
    },
    ['Failed: Token request is already being processed', 'in_flight'],
    {
      means: () => 'Another request with the same refresh token was being processed.',
      next: () => ['Use the token that the other request was given.'],
    },
  ),
  STORE_WENT_BACK: entry('P-08', gone, ['Failed: Expired Access/Refresh Token', 'store_went_back'], {
    means: ({ generation, stored }) =>
      stored === null
        ? `A genuine refresh token of generation ${generation} belongs to no grant in the store: the store was restored from an old copy, or the grant ended so long ago that its record was removed.`
        : `A genuine refresh token of generation ${generation} is newer than the store, which knows ${stored}: the store was restored from an old copy.`,
    next: () => ['Decide about the grants of the old epoch: POST /admin/v1/store/epoch.'],
  }),
}
