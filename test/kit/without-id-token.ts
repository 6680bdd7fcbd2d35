/** What a test asks of a grant where it is not about identities: with `openid` the org makes a key of RSA, and signs with it at each redemption, the
 *  ones that lose a race included. That is most of what a redemption costs, and none of what such a test looks at. */
export const withoutIdToken: { readonly scope: string } = { scope: 'api web refresh_token' }
